"""The hourly sums are at every moment what the records on hand add up to."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_requests import priced, write
from sqlalchemy import delete, select

from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.database import Database
from claudeflare.storage.hourly_sums import Sums, SumsOfRows, hour_of, microseconds, statistics_since
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tables import hourly_sums, requests

TIMES = st.sampled_from([0.0, 10.0, 3599.9, 3600.0, 7300.0])
COUNTS = st.none() | st.integers(0, 1000)


@st.composite
def records(draw: st.DrawFn) -> PricedRequest:
    return priced(
        draw(st.sampled_from("abcd")),
        draw(TIMES),
        TokenCounts(input=draw(COUNTS), cache_read=draw(COUNTS), output=draw(COUNTS)),
        draw(st.none() | st.integers(0, 64).map(lambda eighths: eighths / 8)),
        model=draw(st.sampled_from([None, "m", "n"])),
        account_id=draw(st.sampled_from([None, "x", "y"])),
        status=draw(st.sampled_from([200, 500])),
        streaming=draw(st.booleans()),
        duration_ms=draw(st.floats(0, 1e6)),
        first_byte_ms=draw(st.none() | st.floats(0, 1e6)),
    )


STEPS = st.lists(
    st.lists(records(), max_size=5)
    | st.tuples(st.just("reset"), TIMES)
    | st.tuples(st.just("clear"), TIMES, st.integers(1, 3)),
    max_size=8,
)


def stored(database: Database) -> dict[Any, Any]:
    with database.read() as connection:
        return {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(select(hourly_sums))}


def from_records(database: Database) -> dict[Any, Any]:
    with database.read() as connection:
        sums = SumsOfRows(statistics_since(connection))
        rows = connection.execute(select(requests)).all()
        if rows:
            sums.add([*zip(*rows, strict=True)])
    return {key: astuple(each) for key, each in sums.buckets.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS)
def test_they_are_what_the_records_add_up_to(database: Database, steps: list[Any]) -> None:
    store = RequestStore(database)
    with database.write() as connection:
        for table in (requests, hourly_sums):
            connection.execute(delete(table))
        connection.exec_driver_sql("DELETE FROM metadata")
    for step in steps:
        match step:
            case ["reset", float(at)]:
                store.reset_statistics(at)
            case ["clear", float(before), int(limit)]:
                store.delete_before(before, limit)
            case _:
                write(store, step)
        assert stored(database) == from_records(database)


@pytest.mark.parametrize(
    ("moment", "hour"), [(0.0, 0), (3599.999, 0), (3600.0, 3600), (-0.5, -3600), (1_795_000_000.5, 1_794_999_600)]
)
def test_hours(moment: float, hour: int) -> None:
    assert hour_of(moment) == hour


@pytest.mark.parametrize(("milliseconds", "whole"), [(0.0, 0), (1.2345, 1234), (-1.0, 0), (1e300, 10**11)])
def test_microseconds(milliseconds: float, whole: int) -> None:
    assert microseconds(milliseconds) == whole


def test_a_bucket_has_every_column() -> None:
    key = [column.name for column in hourly_sums.primary_key]
    assert [column.name for column in hourly_sums.c] == [*key, *(field.name for field in fields(Sums))]
