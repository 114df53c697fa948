from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.analytics.stretches import DAY, HOUR, MINUTE, QUARTER, Stretch
from claudeflare.api.time_range import LONGEST, MINUTES_REACH, time_range

NOW = 1_795_000_000.0
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])


def seconds(stretches: list[Stretch]) -> int:
    return sum((each.end - each.start) * each.sign for each in stretches)


@given(span=st.integers(1, LONGEST // 60), zone=ZONES)
def test_stretches_are_made_of_what_is_kept(span: int, zone: str) -> None:
    asked = time_range(f"{span}m", None, None, zone, NOW)
    assert asked.end == NOW
    assert NOW - span * 60 - asked.width <= asked.start <= NOW
    for stretches in (asked.series(), asked.whole(), asked.previous()):
        for level, start, end, _ in stretches:
            assert start % level == end % level == 0
            assert level >= QUARTER or start >= NOW - MINUTES_REACH - DAY
    assert asked.series()[0][1:3] == (asked.start, asked.edges[-1])
    assert seconds(asked.whole()) == asked.edges[-1] - asked.start


def test_the_time_before_is_as_long_as_what_is_over() -> None:
    asked = time_range("24h", None, None, "UTC", NOW)
    before = asked.previous()
    assert max(each.end for each in before) >= asked.start
    assert 0 <= seconds(before) - (asked.end - asked.start) < QUARTER


def test_how_finely_it_is_read() -> None:
    assert time_range("30d", None, None, "Europe/Berlin", NOW).series()[0].level == HOUR
    assert time_range("30d", None, None, "Asia/Kathmandu", NOW).series()[0].level == QUARTER
    assert time_range("1h", None, None, "Asia/Kathmandu", NOW).series()[0].level == MINUTE
    # An hour of long ago: by the quarter of an hour, which is what is left of it.
    old = time_range(None, "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z", "UTC", NOW)
    assert (old.width, old.series()[0].level) == (QUARTER, QUARTER)
