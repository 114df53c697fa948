from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.quotas.client_key import PERIODS, Period
from claudeflare.quotas.periods import bounds, in_words, known_zone

HOUR = 3600.0
BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("period", "now", "start", "end"),
    [
        ("day", "2026-08-07T15:00", "2026-08-07", "2026-08-08"),
        ("day", "2026-08-07T00:00", "2026-08-07", "2026-08-08"),
        ("week", "2026-08-09T23:59", "2026-08-03", "2026-08-10"),  # a Sunday
        ("week", "2026-08-10T00:00", "2026-08-10", "2026-08-17"),
        ("month", "2026-12-31T23:59", "2026-12-01", "2027-01-01"),
        ("month", "2028-02-29T12:00", "2028-02-01", "2028-03-01"),
    ],
)
def test_periods_go_by_the_zone_s_own_midnights(period: Period, now: str, start: str, end: str) -> None:
    assert bounds(period, BERLIN, at(now)) == (at(start), at(end))


def test_days_on_which_clocks_change_are_longer_or_shorter() -> None:
    start, end = bounds("day", BERLIN, at("2026-03-29T12:00"))
    assert end - start == 23 * HOUR
    start, end = bounds("day", BERLIN, at("2026-10-25T12:00"))
    assert end - start == 25 * HOUR


def test_where_midnight_does_not_exist_the_day_begins_with_the_first_moment_that_does() -> None:
    # In Santiago clocks go from 24:00 to 01:00.
    _, saturday_ends = bounds("day", "America/Santiago", at("2026-09-05T12:00", "America/Santiago"))
    sunday_begins, _ = bounds("day", "America/Santiago", at("2026-09-06T12:00", "America/Santiago"))
    assert saturday_ends == sunday_begins


@given(
    st.sampled_from(PERIODS),
    st.sampled_from(["UTC", BERLIN, "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.floats(1.6e9, 2.2e9),
)
def test_periods_follow_one_another_without_a_gap_and_on_quarters(period: Period, zone: str, now: float) -> None:
    start, end = bounds(period, zone, now)
    assert start <= now < end
    assert bounds(period, zone, start) == (start, end)
    assert bounds(period, zone, end)[0] == end
    assert start % 900 == 0.0


def test_zones_there_are_and_are_not() -> None:
    assert known_zone("Europe/Berlin")
    assert not known_zone("Europe/Atlantis")
    assert not known_zone("Europe")
    assert not known_zone("../etc/passwd")
    assert not known_zone("")


def test_a_moment_in_words() -> None:
    assert in_words(at("2026-08-08", "UTC")) == "2026-08-08 00:00 UTC"
