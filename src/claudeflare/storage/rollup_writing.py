"""Adds cells to the rollups, in every level and kind that the state of their upkeep asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, select, tuple_

from claudeflare.analytics.histogram import Bins, merge, pack, unpack
from claudeflare.analytics.segments import Segment
from claudeflare.analytics.stretches import DAY, HOUR, MINUTE, QUARTER
from claudeflare.storage.rollup_cells import Amounts, Cells, CellsOfRows, coarsened, id_of, projected
from claudeflare.storage.rollup_state import RollupState, read_state
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments
from claudeflare.storage.upsert import Columns, add_many, insert_missing, upsert_many

Keyed = dict[tuple[int, int, int, int], Amounts]
"""By the primary key of both tables: level, kind, start, id of the segment."""


class Layer(NamedTuple):
    """Cells of one level."""

    level: int
    cells: Cells


class RollupsOfRows:
    """Gathers rows of `requests` that are written or deleted, until `save`; all in one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state = read_state(connection)
        self._gathered = CellsOfRows(self._state.minutes_from, self._state.uncounted)

    def add(self, columns: Columns, sign: int = 1) -> None:
        """Count rows, as columns in the table's order; with `sign` -1 rows that are replaced or deleted."""
        self._gathered.add(columns, sign)

    def save(self) -> None:
        """Add what was gathered to what is stored."""
        add_cells(self._connection, self._gathered.cells(), self._state)


def add_cells(connection: Connection, cells: Cells, state: RollupState) -> None:
    """Add cells of kind `EVERY`: of a minute where there are figures by the minute, else of a quarter of an hour."""
    write_layers(connection, layers_of(cells, state))


def layers_of(cells: Cells, state: RollupState) -> list[Layer]:
    """What such cells are to be written as."""
    new: Cells = {}
    late: Cells = {}
    old: Cells = {}
    for key, amounts in cells.items():
        start = key[0]
        part = new if start >= state.folded_until else late if start >= state.minutes_from else old
        part[key] = amounts
    layers = [Layer(MINUTE, new)]
    if late or old:
        layers += [Layer(MINUTE, late), *all_layers({**late, **old})]
        layers.append(Layer(MINUTE, projected(late)))
    return layers


def all_layers(cells: Cells) -> list[Layer]:
    """Cells of kind `EVERY`, in all kinds and all levels above the minute."""
    quarters = coarsened(cells, QUARTER)
    quarters |= projected(quarters)
    hours = coarsened(quarters, HOUR)
    return [Layer(QUARTER, quarters), Layer(HOUR, hours), Layer(DAY, coarsened(hours, DAY))]


def write_layers(connection: Connection, layers: Iterable[Layer]) -> None:
    """Add cells, each to what is stored of it; what holds no request any more is dropped."""
    keyed: Keyed = {}
    known: set[Segment] = set()
    for level, cells in layers:
        for (start, segment), amounts in cells.items():
            known.add(segment)
            keyed[level, segment.kind, start, id_of(segment)] = amounts
    if not keyed:
        return
    insert_missing(connection, segments, [(id_of(segment), *segment) for segment in known])
    add_many(connection, rollups, [(*key, *amounts.sums) for key, amounts in keyed.items()])
    _merge_latencies(connection, keyed)
    if any(amounts.sums[0] <= 0 for amounts in keyed.values()):
        _drop_empty(connection, keyed)


def _merge_latencies(connection: Connection, keyed: Keyed) -> None:
    by_stretch: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for level, kind, start, _ in keyed:
        by_stretch[level, kind].add(start)
    c = rollup_latencies.c
    stored: dict[tuple[int, int, int, int], bytes] = {}
    for (level, kind), starts in by_stretch.items():
        for some in _pieces(sorted(starts)):
            rows = connection.execute(
                select(rollup_latencies).where(c.level == level, c.kind == kind, c.start.in_(some))
            )
            stored |= {(row[0], row[1], row[2], row[3]): row[4] for row in rows}
    upsert_many(connection, rollup_latencies, [(*key, _merged(stored.get(key), keyed[key].bins)) for key in keyed])


def _merged(stored: bytes | None, bins: Bins) -> bytes:
    if stored is None:
        return pack(bins)
    whole = unpack(stored)
    merge(whole, bins)
    return pack(whole)


def _drop_empty(connection: Connection, keyed: Keyed) -> None:
    """Of the cells given: those of no request."""
    c = rollups.c
    for some in _pieces(list(keyed)):
        empty = connection.execute(
            select(c.level, c.kind, c.start, c.segment).where(
                tuple_(c.level, c.kind, c.start, c.segment).in_(some), c.requests <= 0
            )
        ).all()
        if empty:
            for table in (rollups, rollup_latencies):
                t: Table[Any] = table
                keys = tuple_(t.c.level, t.c.kind, t.c.start, t.c.segment)
                connection.execute(delete(t).where(keys.in_([tuple(row) for row in empty])))


def _pieces(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[at : at + 200] for at in range(0, len(values), 200))
