"""Folds minutes that are over into longer stretches and the other kinds; drops minutes that are long over."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, func, select

from claudeflare.analytics.histogram import unpack
from claudeflare.analytics.segments import EVERY, KINDS, Segment
from claudeflare.analytics.stretches import MINUTE
from claudeflare.storage.rollup_cells import Amounts, Cells, projected
from claudeflare.storage.rollup_state import read_state, write_folded_until
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments
from claudeflare.storage.rollup_writing import Layer, all_layers, write_layers

SETTLED_SECONDS: Final = 600
"""After so long a minute is folded: most requests that began in it have ended, and a late one costs a bit more."""
MINUTES_AT_ONCE: Final = 1
ROWS_AT_ONCE: Final = 500
"""In one transaction: some milliseconds, in which records of running traffic wait."""


def fold_step(connection: Connection, now: float) -> bool:
    """Fold a few minutes; whether there are more. In a write transaction."""
    until = int(now - SETTLED_SECONDS) // MINUTE * MINUTE
    folded = read_state(connection).folded_until
    if until <= folded:
        return False
    c = rollups.c
    waiting = (c.level == MINUTE, c.kind == EVERY, c.start >= folded)
    first = connection.scalar(select(func.min(c.start)).where(*waiting, c.start < until))
    if first is None:
        write_folded_until(connection, until)
        return False
    end = min(until, first + MINUTES_AT_ONCE * MINUTE)
    cells = _minutes(connection, first, end)
    write_layers(connection, [Layer(MINUTE, projected(cells)), *all_layers(cells)])
    write_folded_until(connection, end)
    return end < until


def expire_step(connection: Connection) -> bool:
    """Drop some of the minutes that are not kept any more; whether there may be more. In a write transaction."""
    before = read_state(connection).minutes_from
    dropped = 0
    for table in (rollups, rollup_latencies):
        for kind in KINDS:
            c = table.c
            old = (c.level == MINUTE, c.kind == kind, c.start < before)
            # The starts of a few hundred rows, then all rows of these: no database deletes a number of rows by itself.
            some = select(c.start).where(*old).order_by(c.start).limit(ROWS_AT_ONCE).subquery()
            last = connection.scalar(select(func.max(some.c.start)))
            if last is not None:
                dropped += connection.execute(delete(table).where(*old, c.start <= last)).rowcount
    return dropped > 0


def forget_before(connection: Connection, moment: float) -> None:
    """Drop whole stretches before a moment, with all that is left of records deleted by age."""
    for table in (rollups, rollup_latencies):
        connection.execute(delete(table).where(table.c.start + table.c.level <= moment))


def _minutes(connection: Connection, start: int, end: int) -> Cells:
    """Cells of kind `EVERY`."""
    c, latencies = rollups.c, rollup_latencies.c
    within = (c.level == MINUTE, c.kind == EVERY, c.start >= start, c.start < end)
    sums = {(row[2], row[3]): list(row[4:]) for row in connection.execute(select(rollups).where(*within))}
    bins = connection.execute(
        select(latencies.start, latencies.segment, latencies.bins).where(
            latencies.level == MINUTE, latencies.kind == EVERY, latencies.start >= start, latencies.start < end
        )
    )
    of_cell = {(row[0], row[1]): unpack(row[2]) for row in bins}
    ids = {segment for _, segment in sums}
    named = {row[0]: Segment(*row[1:]) for row in connection.execute(select(segments).where(segments.c.kind == EVERY))}
    assert ids <= named.keys()
    return {(at, named[segment]): Amounts(each, of_cell[at, segment]) for (at, segment), each in sums.items()}
