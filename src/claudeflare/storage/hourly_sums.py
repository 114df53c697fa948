"""What requests add to the hourly sums, gathered while rows are written or deleted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, select, update

from claudeflare.storage import metadata
from claudeflare.storage.storable import count
from claudeflare.storage.tables import hourly_sums, requests
from claudeflare.storage.upsert import add_many

HOUR_SECONDS = 3600

_positions = {column.name: position for position, column in enumerate(requests.c)}
_what_counts = itemgetter(
    *(
        _positions[name]
        for name in (
            *("started_at", "account_id", "model", "success", "cost_usd"),
            *("streaming", "duration_ms", "first_byte_ms", "output_tokens"),
            *("input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens"),
        )
    )
)


@dataclass(slots=True)
class Sums:
    """One row of the table but for its key, in the order of its columns; see there."""

    recorded: int = 0
    requests: int = 0
    successes: int = 0
    duration_us: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    priced: int = 0
    unpriced: int = 0
    streamed_tokens: int = 0
    streamed_us: int = 0


def hour_of(moment: float) -> int:
    """When the hour of a moment began; both in UTC epoch seconds."""
    return int(moment // HOUR_SECONDS) * HOUR_SECONDS


def statistics_since(connection: Connection) -> float | None:
    """From when statistics count, in UTC epoch seconds; None: from the beginning."""
    value = metadata.read_value(connection, metadata.STATISTICS_SINCE)
    return None if value is None else float(value)


class SumsOfRows:
    """Gathers rows of `requests`, whole and in the table's order of columns, until `save`."""

    def __init__(self, since: float | None) -> None:
        """Of requests that began before `since` only `recorded` is counted."""
        self._since = -math.inf if since is None else since
        self.buckets: dict[tuple[int, str, str], Sums] = {}
        """By hour, account id and model."""

    def add(self, row: Sequence[Any], sign: int = 1) -> None:
        """Count a row that is written; with `sign` -1, one that is replaced or deleted."""
        started_at, account_id, model, success, cost, streaming, duration_ms, first_byte_ms, *tokens_of = _what_counts(
            row
        )
        key = (hour_of(started_at), account_id or "", model or "")
        sums = self.buckets.get(key)
        if sums is None:
            sums = self.buckets[key] = Sums()
        sums.recorded += sign
        if started_at < self._since:
            return
        output, tokens = tokens_of[0], sum(filter(None, tokens_of))
        sums.requests += sign
        sums.successes += sign * success
        sums.duration_us += sign * microseconds(duration_ms)
        sums.tokens += sign * tokens
        if cost is not None:
            sums.cost_usd += sign * cost
            sums.priced += sign
        elif tokens:
            sums.unpriced += sign
        if streaming and output and first_byte_ms is not None and duration_ms > first_byte_ms:
            sums.streamed_tokens += sign * output
            sums.streamed_us += sign * microseconds(duration_ms - first_byte_ms)

    def save(self, connection: Connection) -> None:
        """Add what was gathered to what is stored, inside the caller's transaction."""
        add_many(connection, hourly_sums, [(*key, *astuple(sums)) for key, sums in self.buckets.items()])
        if any(sums.recorded < 0 for sums in self.buckets.values()):
            connection.execute(delete(hourly_sums).where(hourly_sums.c.recorded <= 0))


def microseconds(milliseconds: float) -> int:
    """Whole, and within what a column holds."""
    return count(round(milliseconds * 1000))


def restart(connection: Connection, since: float) -> None:
    """Let all sums but `recorded` count from `since` on."""
    connection.execute(update(hourly_sums).values(asdict(Sums()) | {"recorded": hourly_sums.c.recorded}))
    # Counted anew. Few, if any: what begins later than now has met a clock that was set back.
    without, counted = SumsOfRows(math.inf), SumsOfRows(since)
    for row in connection.execute(select(requests).where(requests.c.started_at >= since)):
        without.add(row, -1)
        counted.add(row)
    without.save(connection)
    counted.save(connection)


def forget_before(connection: Connection, moment: float) -> None:
    """Drop whole hours before a moment, with all that is left of records deleted by age."""
    connection.execute(delete(hourly_sums).where(hourly_sums.c.hour <= moment - HOUR_SECONDS))
