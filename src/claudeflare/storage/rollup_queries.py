"""The questions that rollups are asked, in SQL: sums, histograms and counts of some cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, and_, cast, func, select, text

from claudeflare.analytics.segments import EVERY
from claudeflare.analytics.stretches import HOUR, Stretch
from claudeflare.storage.rollup_cells import SUMS
from claudeflare.storage.rollup_tables import BY_SEGMENT, BY_SEGMENT_INDEX, rollup_latencies, rollups, segments

Where = list[ColumnElement[bool]]

FEW: Final = 8
"""One in so many segments, or fewer: then to find the cells of each costs less than to look at those of all."""

_SUMMED: Final = tuple(cast(func.sum(rollups.c[name]), BigInteger) for name in SUMS)
_REQUESTS: Final = cast(func.sum(rollups.c.requests), BigInteger)
_KEY: Final = ("level", "kind", "start", "segment")


class Read(NamedTuple):
    """Cells to be read."""

    stretch: Stretch
    kinds: tuple[int, ...]
    conditions: Where
    """On segments."""
    is_few: bool = False
    """Few of the segments fulfil them."""

    @property
    def by_segment(self) -> bool:
        """Whether the index by segment has these cells, and is worth it."""
        return self.is_few and bool(self.conditions) and min(self.kinds) >= EVERY and self.stretch.level >= HOUR


def few_are_chosen(connection: Connection, kind: int, conditions: Where) -> bool:
    """Of the segments of this kind."""
    of_kind = segments.c.kind == kind
    chosen = select(func.count()).where(of_kind, *conditions).scalar_subquery()
    row = connection.execute(select(chosen, func.count()).where(of_kind)).one()
    return bool(row[0] * FEW <= row[1])


def sums(connection: Connection, key: Any, read: Read, among: Sequence[int]) -> list[tuple[Any, ...]]:
    """By a key, which comes first. `among` these starts, when there are any."""
    query = select(key, *_SUMMED).where(*_within(rollups, read, among)).group_by(key)
    return _rows(connection, _hinted(query, read))


def requests_by_start(connection: Connection, read: Read) -> list[tuple[Any, ...]]:
    """Start of each stretch, and how many requests began in it."""
    start = rollups.c.start
    query = select(start, _REQUESTS).where(*_within(rollups, read, ())).group_by(start)
    return _rows(connection, _hinted(query, read))


def histograms(connection: Connection, key: str, read: Read, among: Sequence[int]) -> list[tuple[Any, ...]]:
    """The value of a column and what `analytics.histogram.pack` made, cell by cell."""
    c = rollup_latencies.c
    if not read.by_segment:
        return _rows(connection, select(c[key], c.bins).where(*_within(rollup_latencies, read, among)))
    # The index is one of sums, whose cells are the same. An outer join, because SQLite does not turn that round.
    both = rollups.outerjoin(rollup_latencies, and_(*(rollups.c[name] == c[name] for name in _KEY)))
    query = select(rollups.c[key], c.bins).select_from(both).where(*_within(rollups, read, among))
    return _rows(connection, _hinted(query, read))


def _within(table: Table[Any], read: Read, among: Sequence[int]) -> Where:
    c, (level, start, end, _), kinds = table.c, read.stretch, read.kinds
    found: Where = [c.level == level, c.start >= start, c.start < end]
    if read.by_segment:
        # Word for word what the index is about. Of one kind are the segments that are chosen.
        found.append(text(BY_SEGMENT))  # type: ignore[arg-type]
    else:
        found.append(c.kind == kinds[0] if len(kinds) == 1 else c.kind.in_(kinds))
    if read.conditions:
        # Of the kinds alone that are read: segments are few, and fewer of one kind.
        found.append(c.segment.in_(select(segments.c.id).where(segments.c.kind.in_(kinds), *read.conditions)))
    return [*found, c.start.in_(among)] if among else found


def _hinted(query: Any, read: Read) -> Any:
    # Without statistics, which only ANALYZE makes, SQLite takes the primary key for better whatever is asked.
    return query.with_hint(rollups, f"INDEXED BY {BY_SEGMENT_INDEX}", "sqlite") if read.by_segment else query


def _rows(connection: Connection, query: Any) -> list[tuple[Any, ...]]:
    """As the driver makes them: to turn thousands into SQLAlchemy's own takes as long as to find them."""
    result = connection.execute(query)
    assert result.cursor is not None
    try:
        return list(result.cursor.fetchall())
    finally:
        result.close()
