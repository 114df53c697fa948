"""Work that is done at the start and then again and again, whatever fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from claudeflare.errors import StorageError

log = logging.getLogger(__name__)


def run_rounds(work: Callable[[threading.Event], object], what: str, seconds: float, stop: threading.Event) -> None:
    """Now and every so many seconds until `stop` is set. What fails is tried again the next time."""
    while not stop.is_set():
        try:
            work(stop)
        except StorageError as error:
            log.error(
                "%s past their retention could not be deleted; the next attempt is in %s: %s",
                what,
                "an hour" if seconds == 3600 else f"{seconds / 60:.0f} minutes",
                error,
            )
        stop.wait(seconds)
