"""Counts records into the rollups that are not in them: those of before there were rollups, or all, after damage.

Newest first, a few at a time. How far it has come decides whether ingest counts a record itself, so that each counts
once whatever happens in between.
"""

from __future__ import annotations

import math
from typing import Final

from sqlalchemy import Connection, delete, func, select

from claudeflare.analytics.stretches import DAY
from claudeflare.storage.rollup_cells import CellsOfRows
from claudeflare.storage.rollup_state import all_is_counted, read_state, write_counted_from, write_paired_from
from claudeflare.storage.rollup_tables import rollup_latencies, rollups
from claudeflare.storage.rollup_writing import add_cells
from claudeflare.storage.tables import requests

RECORDS_AT_ONCE: Final = 1000
"""In one transaction: some milliseconds, in which records of running traffic wait."""


def begin_recount(connection: Connection) -> None:
    """Forget what can be counted again, and let `recount_step` do it. In a write transaction.

    That is what began after the first midnight (UTC) of which all records are there: what is left of records that
    retention has deleted stays.
    """
    oldest = connection.scalar(select(func.min(requests.c.started_at)))
    if oldest is None:
        return
    first: float = math.ceil(oldest / DAY) * DAY
    state = read_state(connection)
    if state.counted_from > state.count_down_to:
        first = min(first, state.count_down_to)  # a count under way has not come to the end of it
    for table in (rollups, rollup_latencies):
        connection.execute(delete(table).where(*([table.c.start >= first] if first > -math.inf else [])))
    write_counted_from(connection, math.inf, first)
    if first < state.paired_from:
        write_paired_from(connection, first)


def recount_step(connection: Connection, limit: int = RECORDS_AT_ONCE) -> bool:
    """Count some of what is not counted; whether there may be more. In a write transaction."""
    state = read_state(connection)
    first, end = state.uncounted
    if end == -math.inf:
        return False
    c = requests.c
    # An infinite bound is left out: databases differ in what they make of it.
    left = [c.started_at < end] if end < math.inf else []
    left += [c.started_at >= first] if first > -math.inf else []
    newest = select(c.started_at).where(*left).order_by(c.started_at.desc(), c.id.desc())
    start = connection.scalar(newest.offset(limit - 1).limit(1))
    rows = connection.execute(select(requests).where(*left, *([] if start is None else [c.started_at >= start]))).all()
    gathered = CellsOfRows(state.minutes_from, (math.inf, math.inf))
    if rows:
        gathered.add([*zip(*rows, strict=True)])
    add_cells(connection, gathered.cells(), state)
    if start is None:
        all_is_counted(connection)
        return False
    write_counted_from(connection, start, first)
    return True
