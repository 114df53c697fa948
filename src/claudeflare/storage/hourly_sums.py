"""What requests add to the hourly sums, gathered while rows are written or deleted."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from claudeflare.storage import metadata
from claudeflare.storage.storable import count, counts
from claudeflare.storage.tables import hourly_sums, requests
from claudeflare.storage.upsert import Columns, add_many

HOUR_SECONDS = 3600

_TOKENS: Final = (
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
)
_COUNTED: Final = frozenset(
    {"started_at", "account_id", "model", "success", "cost_usd", "streaming", "duration_ms", "first_byte_ms", *_TOKENS}
)
_POSITIONS: Final = {column.name: at for at, column in enumerate(requests.c) if column.name in _COUNTED}


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
    """Gathers rows of `requests`, as columns in the table's order, until `save`."""

    def __init__(self, since: float | None) -> None:
        """Of requests that began before `since` only `recorded` is counted."""
        self._since = -math.inf if since is None else since
        self.buckets: dict[tuple[int, str, str], Sums] = {}
        """By hour, account id and model."""

    def add(self, columns: Columns, sign: int = 1) -> None:
        """Count rows that are written; with `sign` -1, rows that are replaced or deleted."""
        by_name = {name: columns[position] for name, position in _POSITIONS.items()}
        grouped: defaultdict[tuple[int, str, str], list[int]] = defaultdict(list)
        for row, (moment, account_id, model) in enumerate(
            zip(by_name["started_at"], by_name["account_id"], by_name["model"], strict=True)
        ):
            grouped[hour_of(moment), account_id or "", model or ""].append(row)
        for key, rows in grouped.items():
            sums = self.buckets.setdefault(key, Sums())
            sums.recorded += sign * len(rows)
            moments = by_name["started_at"]
            if any(moments[row] < self._since for row in rows):
                rows = [row for row in rows if moments[row] >= self._since]
            _count({name: [values[row] for row in rows] for name, values in by_name.items()}, sums, sign)

    def save(self, connection: Connection) -> None:
        """Add what was gathered to what is stored, inside the caller's transaction."""
        add_many(connection, hourly_sums, [(*key, *astuple(sums)) for key, sums in self.buckets.items()])
        if any(sums.recorded < 0 for sums in self.buckets.values()):
            connection.execute(delete(hourly_sums).where(hourly_sums.c.recorded <= 0))


def _count(columns: dict[str, list[Any]], sums: Sums, sign: int) -> None:
    """Add the rows of one bucket. Sums of whole columns, in C; looked at one by one only where that is needed."""
    costs, durations = columns["cost_usd"], columns["duration_ms"]
    sums.requests += sign * len(costs)
    sums.successes += sign * sum(columns["success"])
    sums.duration_us += sign * _whole_microseconds(durations)
    sums.tokens += sign * sum(sum(filter(None, columns[name])) for name in _TOKENS)
    unknown = costs.count(None)
    sums.priced += sign * (len(costs) - unknown)
    sums.cost_usd += sign * sum(filter(None, costs))
    if unknown:
        tokens = zip(*(columns[name] for name in _TOKENS), strict=True)
        sums.unpriced += sign * sum(cost is None and any(each) for cost, each in zip(costs, tokens, strict=True))
    if any(columns["streaming"]):
        rows = zip(columns["streaming"], columns["output_tokens"], columns["first_byte_ms"], durations, strict=True)
        streamed = [
            (output, duration - first_byte)
            for streaming, output, first_byte, duration in rows
            if streaming and output and first_byte is not None and duration > first_byte
        ]
        sums.streamed_tokens += sign * sum(output for output, _ in streamed)
        sums.streamed_us += sign * _whole_microseconds([duration for _, duration in streamed])


def _whole_microseconds(durations: Sequence[float]) -> int:
    """The sum of the milliseconds' `microseconds`."""
    return sum(filter(None, counts([round(duration * 1000) for duration in durations])))


def microseconds(milliseconds: float) -> int:
    """Whole, and within what a column holds."""
    return count(round(milliseconds * 1000))


def restart(connection: Connection, since: float) -> None:
    """Let all sums but `recorded` count from `since` on."""
    connection.execute(update(hourly_sums).values(asdict(Sums()) | {"recorded": hourly_sums.c.recorded}))
    # Counted anew. Few, if any: what begins later than now has met a clock that was set back.
    without, counted = SumsOfRows(math.inf), SumsOfRows(since)
    columns = [*zip(*connection.execute(select(requests).where(requests.c.started_at >= since)), strict=True)]
    if columns:
        without.add(columns, -1)
        counted.add(columns)
    without.save(connection)
    counted.save(connection)


def forget_before(connection: Connection, moment: float) -> None:
    """Drop whole hours before a moment, with all that is left of records deleted by age."""
    connection.execute(delete(hourly_sums).where(hourly_sums.c.hour <= moment - HOUR_SECONDS))
