"""Rollups are at every moment what the records add up to, whatever was folded, amended, cleared or counted anew."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_requests import priced, write
from sqlalchemy import delete, select

from claudeflare.analytics.segments import ACCOUNT_MODEL, ALL, DIMENSIONS
from claudeflare.analytics.stretches import DAY, LEVELS, Stretch
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollup_cells import SUMS, Cells, CellsOfRows, coarsened, projected
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_state import read_state, write_paired_from
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments
from claudeflare.storage.rollups import RollupStore
from claudeflare.storage.tables import hourly_sums, requests

END = 4 * DAY
TIMES = st.one_of(st.sampled_from([0.0, 59.9, 60.0, 899.0, 3600.0, 86_399.5]), st.floats(0, END - 1))
COUNTS = st.none() | st.integers(0, 1000)
DURATIONS = st.floats(0, 1e6)


@st.composite
def records(draw: st.DrawFn) -> PricedRequest:
    return priced(
        draw(st.sampled_from("abcde")),
        draw(TIMES),
        TokenCounts(input=draw(COUNTS), cache_write_5m=draw(COUNTS), cache_read=draw(COUNTS), output=draw(COUNTS)),
        draw(st.none() | st.floats(0, 3)),
        model=draw(st.sampled_from([None, "m", "n"])),
        account_id=draw(st.sampled_from([None, "x", "y"])),
        client_key=draw(st.sampled_from([None, "k"])),
        user_agent=draw(st.sampled_from([None, "curl/8", "claude-cli/2.1 (external, cli)"])),
        agent_id=draw(st.sampled_from([None, "sub"])),
        status=draw(st.sampled_from([200, 429, 500])),
        streaming=draw(st.booleans()),
        duration_ms=draw(DURATIONS),
        first_byte_ms=draw(st.none() | DURATIONS),
        first_content_ms=draw(st.none() | DURATIONS),
        overhead_ms=draw(st.floats(0, 9)),
        queued_ms=draw(st.just(0.0) | DURATIONS),
    )


STEPS = st.lists(
    st.lists(records(), max_size=5)
    | st.tuples(st.just("clear"), TIMES, st.integers(1, 3))
    | st.tuples(st.just("fold"), TIMES, st.integers(1, 9))
    | st.tuples(st.just("recount"), st.integers(0, 3))
    | st.just(("count anew",))
    | st.just(("upgrade",)),
    max_size=9,
)


def from_records(database: Database) -> Cells:
    """Kind `EVERY`, by the minute."""
    gathered = CellsOfRows(-math.inf, (math.inf, math.inf))
    with database.read() as connection:
        rows = connection.execute(select(requests)).all()
    if rows:
        gathered.add([*zip(*rows, strict=True)])
    return gathered.cells()


def as_values(cells: Any) -> dict[Any, Any]:
    """With bins of nothing left out, to be compared."""
    return {
        key: (sums, {at: count for at, count in (enumerate(bins) if isinstance(bins, list) else bins.items()) if count})
        for key, (sums, bins) in cells.items()
        if sums[0]
    }


def all_answers(database: Database, start: int, end: int, level: int) -> tuple[Any, ...]:
    with RollupStore(database).reading() as reader:
        stretch = [Stretch(level, start, end)]
        anything = Choice()
        return (
            as_values({0: reader.total(anything, stretch)}),
            as_values(reader.breakdown(anything, stretch)),
            as_values({0: reader.total(Choice(models=["m"], account_ids=["x", "y"]), stretch)}),
            # What is most of all there is, is read as all less the rest.
            as_values({0: reader.total(Choice(account_ids=["x", "y", ""]), stretch)}),
            as_values({0: reader.total(Choice(account_ids=["x"], status="error"), stretch)}),
            as_values({0: reader.total(Choice(account_ids=["x"], client_keys=["k"]), stretch)}),
            as_values({0: reader.total(Choice(account_ids=["x"], models=["m"], status="429"), stretch)}),
        )


def expected_answers(cells: Cells) -> tuple[Any, ...]:
    by_day = coarsened(cells, END)
    every = {segment: amounts for (_, segment), amounts in by_day.items()}
    others = {segment: amounts for (_, segment), amounts in projected(by_day).items()}
    picked = [a for s, a in every.items() if s.model == "m" and s.account_id in ("x", "y")]
    return (
        _summed([a for s, a in others.items() if s.kind == ALL]),
        as_values({s: a for s, a in others.items() if s.kind in DIMENSIONS}),
        _summed(picked),
        _summed([a for s, a in every.items() if s.account_id in ("x", "y", "")]),
        _summed([a for s, a in every.items() if s.account_id == "x" and not s.success]),
        _summed([a for s, a in every.items() if (s.account_id, s.client_key) == ("x", "k")]),
        _summed([a for s, a in every.items() if (s.account_id, s.model, s.status) == ("x", "m", 429)]),
    )


def _summed(many: list[Any]) -> dict[Any, Any]:
    bins: dict[int, int] = {}
    for each in many:
        for key, count in each.bins.items():
            bins[key] = bins.get(key, 0) + count
    sums = [sum(each.sums[at] for each in many) for at in range(len(SUMS))]
    return {0: (sums, {key: count for key, count in bins.items() if count})} if sums[0] else {}


def empty(database: Database) -> None:
    with database.write() as connection:
        for table in (requests, hourly_sums, rollups, rollup_latencies, segments):
            connection.execute(delete(table))
        connection.exec_driver_sql("DELETE FROM metadata")


def from_before_pairs(database: Database) -> None:
    """As a database is that was just upgraded from a version without figures by account and model."""
    with database.write() as connection:
        for table in (rollups, rollup_latencies):
            connection.execute(delete(table).where(table.c.kind == ACCOUNT_MODEL))
        folded_until = read_state(connection).folded_until
        write_paired_from(connection, math.ceil(folded_until / DAY) * DAY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(steps=STEPS)
def test_they_are_what_the_records_add_up_to(database: Database, steps: list[Any]) -> None:
    store, kept = RequestStore(database), RollupStore(database)
    empty(database)
    cleared = 0.0
    for step in steps:
        match step:
            case ["clear", float(before), int(limit)]:
                store.delete_before(before, limit)
                cleared = max(cleared, before)
            case ["fold", float(now), int(times)]:
                for _ in range(times):
                    kept.fold(now)
            case ["recount", int(times)]:
                for _ in range(times):
                    kept.recount()
            case ["upgrade"]:
                from_before_pairs(database)
            case ["count anew"]:
                kept.count_anew()
            case _:
                write(store, step)
    while kept.recount():
        pass
    assert all_answers(database, 0, END, DAY) == expected_answers(from_records(database))
    while kept.fold(END + 10_000):
        pass
    for level in LEVELS[1:]:
        assert all_answers(database, 0, END, level) == expected_answers(from_records(database))
