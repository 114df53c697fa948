"""Puts on the timeline what no change of an account tells of: on record, and to whoever watches."""

from __future__ import annotations

import logging
from collections.abc import Callable

from claudeflare.errors import StorageError
from claudeflare.storage.happenings import Happening, HappeningStore

log = logging.getLogger(__name__)


class Timeline:
    """Any thread may tell it something. What cannot be kept is told all the same, and stops nobody."""

    def __init__(self, happenings: HappeningStore, watchers: Callable[[Happening], None]) -> None:
        """`watchers` is told at once."""
        self._happenings = happenings
        self._watchers = watchers

    def tell(self, what: Happening) -> None:
        """It happened now."""
        try:
            self._happenings.add(what)
        except StorageError as error:
            log.warning("what happened (%s) could not be put on record: %s", what.kind, error)
        self._watchers(what)

    def __repr__(self) -> str:
        return "<Timeline>"
