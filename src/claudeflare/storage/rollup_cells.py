"""What rows of `requests` add to rollups, gathered while rows are written or deleted. Pure."""

from __future__ import annotations

from functools import lru_cache
from operator import add, sub
from typing import Any, Final, NamedTuple

from claudeflare.analytics.agents import agent_of
from claudeflare.analytics.histogram import DURATION, OVERHEAD, QUEUE, TTFT, Bins, bin_of, merge
from claudeflare.analytics.segments import EVERY, Segment, segment_id
from claudeflare.analytics.stretches import MINUTE, QUARTER
from claudeflare.storage.rollup_tables import rollups
from claudeflare.storage.storable import COUNT_LIMIT
from claudeflare.storage.tables import requests
from claudeflare.storage.upsert import Columns

NANOS: Final = 1_000_000_000
MOST_NANOS: Final = 1000 * NANOS
"""A request that costs more than a thousand dollars is an error of some price list."""
LONGEST_NAME: Final = 200
"""Characters of a model's name or an error's type; both may be anything a client or an upstream wrote."""

SUMS: Final = tuple(column.name for column in rollups.c if not column.primary_key)
"""The sums of a cell, in their order."""

_AT: Final = {name: at for at, name in enumerate(requests.c.keys())}
_STARTED_AT: Final = _AT["started_at"]
_COMMON: Final = tuple(
    _AT[name]
    for name in (
        *("account_id", "model", "client_key", "user_agent", "agent_id"),
        *("status", "terminal_state", "error_type", "success"),
    )
)
"""What makes the segment, in the order `_segment` takes it."""
_COUNTED: Final = tuple(
    _AT[name]
    for name in (
        *("success", "streaming", "duration_ms", "first_byte_ms", "first_content_ms", "overhead_ms", "queued_ms"),
        *("failover_attempts", "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens"),
        *("output_tokens", "thinking_tokens", "cost_usd", "cache_saved_usd"),
    )
)
"""What is counted, in the order `_count` takes it."""


class Amounts(NamedTuple):
    """What one cell holds. Both are changed in place."""

    sums: list[int]
    bins: Bins


Cells = dict[tuple[int, Segment], Amounts]
"""By start, in UTC epoch seconds, and segment."""


class CellsOfRows:
    """Gathers rows of `requests`, as columns in the table's order, until `cells`."""

    def __init__(self, exact_from: float, left_out: tuple[float, float]) -> None:
        """What began before `exact_from` is counted by the quarter of an hour, else by the minute; what began from the
        first moment of `left_out` up to the second is not counted.
        """
        self._exact_from = exact_from
        self._left_out = left_out
        self._groups: dict[tuple[Any, ...], Amounts] = {}

    def add(self, columns: Columns, sign: int = 1) -> None:
        """Count rows that are written; with `sign` -1, rows that are replaced or deleted."""
        groups, exact_from, (out_from, out_until) = self._groups, self._exact_from, self._left_out
        commons = zip(*(columns[at] for at in _COMMON), strict=True)
        counted = zip(*(columns[at] for at in _COUNTED), strict=True)
        for started_at, common, row in zip(columns[_STARTED_AT], commons, counted, strict=True):
            if out_from <= started_at < out_until:
                continue
            level = MINUTE if started_at >= exact_from else QUARTER
            key = (started_at // level * level, common)
            amounts = groups.get(key)
            if amounts is None:
                amounts = groups[key] = Amounts([0] * len(SUMS), {})
            _count(row, amounts, sign)

    def cells(self) -> Cells:
        """What was gathered, by segments of kind `EVERY`."""
        found: Cells = {}
        for (start, common), amounts in self._groups.items():
            add_to(found, (int(start), _segment(*common)), amounts)
        return found


def add_to(cells: Cells, key: tuple[int, Segment], amounts: Amounts) -> None:
    """Add to one cell. `amounts` stay as they are."""
    present = cells.get(key)
    if present is None:
        cells[key] = Amounts(amounts.sums.copy(), amounts.bins.copy())
    else:
        present.sums[:] = map(add, present.sums, amounts.sums)
        merge(present.bins, amounts.bins)


def coarsened(cells: Cells, level: int) -> Cells:
    """The same by longer stretches."""
    found: Cells = {}
    for (start, segment), amounts in cells.items():
        add_to(found, (start // level * level, segment), amounts)
    return found


def projected(cells: Cells) -> Cells:
    """Of cells of kind `EVERY`: what they add up to in all other kinds."""
    found: Cells = {}
    for (start, segment), amounts in cells.items():
        for other in segment.projections():
            add_to(found, (start, other), amounts)
    return found


@lru_cache(4096)
def id_of(segment: Segment) -> int:
    """`segment_id`, remembered."""
    return segment_id(segment)


def nanos(dollars: float) -> int:
    """Whole, and within what a column holds by the million."""
    return round(max(-MOST_NANOS, min(dollars * NANOS, MOST_NANOS)))


@lru_cache(4096)
def _segment(*common: Any) -> Segment:
    account_id, model, client_key, user_agent, agent_id, status, terminal_state, error_type, success = common
    return Segment(
        EVERY,
        bool(success),
        account_id or "",
        (model or "")[:LONGEST_NAME],
        client_key or "",
        agent_of(user_agent, agent_id) or "",
        status,
        terminal_state,
        (error_type or "")[:LONGEST_NAME],
    )


def _microseconds(milliseconds: float) -> int:
    whole = milliseconds * 1000
    return round(whole) if 0 <= whole <= COUNT_LIMIT else round(max(0, min(whole, COUNT_LIMIT)))


def _count(row: tuple[Any, ...], amounts: Amounts, sign: int) -> None:
    """Add one request. Its sums come in the order of `SUMS`."""
    success, streaming, duration_ms, first_byte_ms, content_ms, overhead_ms, queued_ms, failovers = row[:8]
    plain, written_5m, written_1h, read, output, thinking, cost, saved = row[8:]
    duration, overhead = _microseconds(duration_ms), _microseconds(overhead_ms)
    queued = _microseconds(queued_ms) if queued_ms else 0
    known = cost is not None
    streamed = duration - _microseconds(first_byte_ms) if streaming and output and first_byte_ms is not None else 0
    one = (
        1,
        success,
        failovers,
        queued > 0,
        queued,
        duration,
        overhead,
        plain or 0,
        written_5m or 0,
        written_1h or 0,
        read or 0,
        output or 0,
        thinking or 0,
        nanos(cost) if cost else 0,
        known,
        not known and bool(plain or written_5m or written_1h or read or output),
        nanos(saved) if saved else 0,
        output if streamed > 0 else 0,
        max(0, streamed),
    )
    sums, bins = amounts
    sums[:] = map(add if sign > 0 else sub, sums, one)
    get = bins.get
    key = DURATION + bin_of(duration)
    bins[key] = get(key, 0) + sign
    key = OVERHEAD + bin_of(overhead)
    bins[key] = get(key, 0) + sign
    if content_ms is not None:
        key = TTFT + bin_of(_microseconds(content_ms))
        bins[key] = get(key, 0) + sign
    if queued:
        key = QUEUE + bin_of(queued)
        bins[key] = get(key, 0) + sign
