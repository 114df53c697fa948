"""Counts finished requests as they are stored, for metrics. From the start of this process; bounded in its labels."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from claudeflare.live.request_news import StoredBatch
from claudeflare.storage.records import PricedRequest

MOST_ACCOUNTS: Final = 200
MOST_MODELS: Final = 50
"""Names that are told apart. Models are what clients ask for, be it nonsense: the rest is counted as `other`."""
OTHER: Final = "other"

DURATION_BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
FIRST_CONTENT_BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
OVERHEAD_BOUNDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)
QUEUED_BOUNDS: Final = (0.001, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Seconds."""


class Histogram:
    """How many values there were up to each bound, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Of values up to the bound and above the one before; the last: above all."""
        self.sum = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def cumulative(self) -> list[tuple[str, int]]:
        """Bound -> values up to it, as Prometheus wants it; the last bound is `+Inf`."""
        total, found = 0, []
        for bound, count in zip([*map(repr, self.bounds), "+Inf"], self.counts, strict=True):
            total += count
            found.append((bound, total))
        return found

    def __repr__(self) -> str:
        return f"<Histogram of {sum(self.counts)} values>"


class Names:
    """The first `most` names that come; every later one is `other`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    def of(self, name: str | None) -> str:
        """The name to count it by; empty for none."""
        if not name:
            return ""
        known = self._known.get(name)
        if known is None:
            known = name if len(self._known) < self._most else OTHER
            if known is name:
                self._known[name] = name
        return known


@dataclass(eq=False)
class Counts:
    """Sums since the process began. Labels are in the order of the keys."""

    requests: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """Account, model, status, terminal state."""
    tokens: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Account, model, kind."""
    cost: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Account, model -> US dollars, of requests whose price is known."""
    unpriced: int = 0
    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Account, outcome."""
    duration: dict[str, Histogram] = field(
        default_factory=lambda: {each: Histogram(DURATION_BOUNDS) for each in ("false", "true")}
    )
    """By whether the answer was to be streamed. Requests that were answered whole."""
    first_content: dict[str, Histogram] = field(default_factory=dict)
    """By model."""
    overhead: Histogram = field(default_factory=lambda: Histogram(OVERHEAD_BOUNDS))
    queued: Histogram = field(default_factory=lambda: Histogram(QUEUED_BOUNDS))
    stored_at: float | None = None
    """When the newest of the requests stored last had ended, in UTC epoch seconds."""


class RequestCounts:
    """Told by the journal's reader, read by whoever collects metrics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()
        self._accounts = Names(MOST_ACCOUNTS)
        self._models = Names(MOST_MODELS)

    def stored(self, batch: StoredBatch) -> None:
        """A batch is in the database. An amendment of a record is no further request, and is left out."""
        with self._lock:
            for priced in batch.finished:
                if not priced.finished.amended:
                    self._count(priced)

    def read(self) -> tuple[threading.Lock, Counts]:
        """The counts, to be looked at while holding the lock."""
        return self._lock, self._counts

    def _count(self, priced: PricedRequest) -> None:
        counts, finished, tokens = self._counts, priced.finished, priced.tokens
        account, model = self._accounts.of(finished.account), self._models.of(finished.model)
        counts.requests[account, model, str(finished.status), finished.terminal_state] += 1
        for kind, count in (
            ("input", tokens.input),
            ("cache_read", tokens.cache_read),
            ("cache_write_5m", tokens.cache_write_5m),
            ("cache_write_1h", tokens.cache_write_1h),
            ("output", tokens.output),
        ):
            if count:
                counts.tokens[account, model, kind] += count
        if priced.cost_usd:
            counts.cost[account, model] += priced.cost_usd  # type: ignore[assignment]  # a Counter takes any number
        elif priced.cost_usd is None and (tokens.input or tokens.output):
            counts.unpriced += 1
        for attempt in finished.attempts:
            counts.attempts[self._accounts.of(attempt.account), attempt.outcome] += 1
        self._measure(priced, model)

    def _measure(self, priced: PricedRequest, model: str) -> None:
        counts, finished = self._counts, priced.finished
        if finished.terminal_state == "complete":
            counts.duration["true" if finished.streaming else "false"].add(finished.duration_ms / 1000)
        if finished.first_content_ms is not None:
            histogram = counts.first_content.get(model)
            if histogram is None:
                histogram = counts.first_content[model] = Histogram(FIRST_CONTENT_BOUNDS)
            histogram.add(finished.first_content_ms / 1000)
        counts.overhead.add(finished.overhead_ms / 1000)
        counts.queued.add(finished.queued_ms / 1000)
        counts.stored_at = finished.started_at + finished.duration_ms / 1000

    def __repr__(self) -> str:
        return f"<RequestCounts of {sum(self._counts.requests.values())} requests>"
