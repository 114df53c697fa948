from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.analytics.calendar import WIDTHS, day_start, edges, floor, weekday_and_hour, width_of
from claudeflare.analytics.stretches import DAY, HOUR, QUARTER

BERLIN, KATHMANDU, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
]


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@given(
    start=st.integers(int(at("2025-01-01")), int(at("2027-01-01"))),
    points=st.integers(1, 60),
    width=st.sampled_from(WIDTHS),
    zone=st.sampled_from(ZONES),
)
def test_points_cover_the_range(start: int, points: int, width: int, zone: str) -> None:
    end = start + points * width
    found = edges(start, end, width, ZoneInfo(zone))
    assert found == sorted(set(found))
    assert found[0] <= start < found[1]
    assert found[-2] < end <= found[-1]
    # Of what is kept as long as records are, each point is made up exactly.
    assert width < QUARTER or all(edge % QUARTER == 0 for edge in found)


def test_days_are_those_of_the_zone() -> None:
    found = edges(at("2026-03-28T12:00"), at("2026-03-30T12:00"), DAY, BERLIN)
    assert [later - earlier for earlier, later in pairwise(found)] == [
        24 * HOUR,
        23 * HOUR,
        24 * HOUR,
    ]
    assert found[0] == at("2026-03-27T23:00")
    assert day_start(at("2026-11-01T12:00"), NEW_YORK) == at("2026-11-01T04:00")
    assert day_start(at("2026-11-02T12:00"), NEW_YORK) == at("2026-11-02T05:00")
    assert day_start(at("2026-01-01T00:00"), KATHMANDU) == at("2025-12-31T18:15")


def test_hours_go_on_when_clocks_change() -> None:
    found = edges(at("2026-10-24T23:00"), at("2026-10-25T04:00"), HOUR, BERLIN)
    assert [later - earlier for earlier, later in pairwise(found)] == [HOUR] * 5
    assert floor(at("2026-01-01T10:20"), HOUR, KATHMANDU) == at("2026-01-01T10:15")


@pytest.mark.parametrize(
    ("hours", "width"), [(1, 60), (6, 300), (24, 900), (168, 3600), (720, 10_800), (2160, DAY), (9600, DAY)]
)
def test_so_many_points_as_a_chart_shows(hours: int, width: int) -> None:
    assert width_of(0, hours * HOUR, 60) == width


def test_nothing_finer_than_what_is_kept() -> None:
    assert width_of(0, HOUR, QUARTER) == QUARTER


def test_weekdays_begin_with_monday() -> None:
    assert weekday_and_hour(at("2026-11-23T00:30"), ZoneInfo("UTC")) == (0, 0)
    assert weekday_and_hour(at("2026-11-23T00:30"), NEW_YORK) == (6, 19)
