"""What the journal's reader stored since somebody last asked: filled in its thread, taken on the loop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from claudeflare.journal.records import Opened
from claudeflare.live.summaries import summary_of
from claudeflare.storage.records import PricedRequest, RequestSummary

MOST_KEPT: Final = 4000
"""Of each kind, between two ticks: more than the journal's reader takes in at once. Beyond, the oldest are counted."""


class StoredBatch(Protocol):
    """`ingest.batch.Batch`, which this package may not know."""

    @property
    def opened(self) -> Sequence[tuple[str, Opened]]:
        """Requests that began and have not ended, with the boots they belong to."""
        ...

    @property
    def finished(self) -> Sequence[PricedRequest]:
        """Requests that ended."""
        ...


class News(NamedTuple):
    """What came since the last look, oldest first; the counts are of all, also of those no longer kept."""

    opened: list[Opened]
    opened_count: int
    finished: list[RequestSummary]
    finished_count: int
    failed_count: int
    moves: list[tuple[str, str]]
    """(from, to): accounts between which a request moved."""


class RequestNews:
    """Safe for one thread that tells and one that takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: deque[Opened] = deque(maxlen=MOST_KEPT)
        self._finished: deque[PricedRequest] = deque(maxlen=MOST_KEPT)
        self._opened_count = self._finished_count = 0

    def stored(self, batch: StoredBatch) -> None:
        """A batch is in the database."""
        with self._lock:
            self._opened.extend(opened for _, opened in batch.opened)
            self._finished.extend(batch.finished)
            self._opened_count += len(batch.opened)
            self._finished_count += len(batch.finished)

    def take(self) -> News:
        """All of it; then none is left."""
        with self._lock:
            opened, finished = list(self._opened), list(self._finished)
            counts = self._opened_count, self._finished_count
            self._opened.clear()
            self._finished.clear()
            self._opened_count = self._finished_count = 0
        lines = [summary_of(each) for each in finished]
        return News(
            opened=opened,
            opened_count=counts[0],
            finished=lines,
            finished_count=counts[1],
            failed_count=sum(not line.success for line in lines),
            moves=[move for each in finished for move in _moves(each)],
        )

    def __repr__(self) -> str:
        return f"<RequestNews {self._opened_count} opened, {self._finished_count} finished>"


def _moves(priced: PricedRequest) -> list[tuple[str, str]]:
    """From account to account, as the request went."""
    attempts = priced.finished.attempts
    if len(attempts) < 2:
        return []
    names = [attempt.account for attempt in attempts]
    return [(before, after) for before, after in pairwise(names) if before != after]
