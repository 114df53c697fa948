"""Requests that have begun and not ended, while the journal still holds the frames that say so."""

from __future__ import annotations

from claudeflare.ingest.batch import Batch
from claudeflare.journal.records import Opened


class OpenRequests:
    """They need no row in the database: who reads the journal from its start again meets them again.

    Only when a segment is deleted must what it alone tells of be stored first.
    """

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, Opened]] = {}

    def all_of(self, batch: Batch) -> list[tuple[str, Opened]]:
        """Those that will be open once `batch` is stored, with the boots they belong to."""
        ended = {each.finished.id for each in batch.finished}
        return [*(entry for request_id, entry in self._open.items() if request_id not in ended), *batch.opened]

    def stored(self, batch: Batch, opened: list[tuple[str, Opened]]) -> None:
        """`batch` is in the database, and so are the `opened` ones: the database knows of their end by itself."""
        if opened:
            self._open.clear()
            return
        for each in batch.finished:
            self._open.pop(each.finished.id, None)
        self._open.update((opened.id, (boot_id, opened)) for boot_id, opened in batch.opened)

    def __repr__(self) -> str:
        return f"<OpenRequests {len(self._open)}>"
