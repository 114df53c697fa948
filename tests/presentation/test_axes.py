"""Values and times beside a chart are round, and there are as many as fit."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.axes import Ladder, time_ticks, value_ticks

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("highest", "ladder", "most", "ticks"),
    [
        (7, Ladder.WHOLE, 3, [0, 5, 10]),
        (0.3, Ladder.WHOLE, 3, [0, 1]),
        (0.3, Ladder.DECIMAL, 2, [0, 0.2, 0.4]),
        (150, Ladder.DURATION, 3, [0, 50, 100, 150]),
        (900, Ladder.DURATION, 2, [0, 500, 1000]),
        (9_000, Ladder.DURATION, 3, [0, 5_000, 10_000]),
        (100_000, Ladder.DURATION, 4, [0, 30_000, 60_000, 90_000, 120_000]),
        (7_200_000, Ladder.DURATION, 2, [0, 3_600_000, 7_200_000]),
    ],
)
def test_round_values(highest: float, ladder: Ladder, most: int, ticks: list[float]) -> None:
    assert value_ticks(highest, ladder, most) == pytest.approx(ticks)


@given(st.floats(1e-9, 1e12), st.sampled_from(Ladder), st.integers(1, 20))
def test_values_reach_the_highest_in_equal_steps(highest: float, ladder: Ladder, most: int) -> None:
    ticks = value_ticks(highest, ladder, most)
    assert 2 <= len(ticks) <= most + 1
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-9)
    steps = [after - before for before, after in pairwise(ticks)]
    assert steps == pytest.approx([ticks[1]] * len(steps))


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def test_hours_of_a_day_by_the_readers_clock() -> None:
    ticks = time_ticks(at("2026-11-21T17:45"), at("2026-11-22T17:45"), BERLIN, 8)
    assert [tick.label for tick in ticks] == ["18:00", "21:00", "22 Nov", "03:00", "06:00", "09:00", "12:00", "15:00"]


def test_minutes_of_an_hour() -> None:
    ticks = time_ticks(at("2026-11-22T17:41"), at("2026-11-22T18:41"), BERLIN, 4)
    assert [tick.label for tick in ticks] == ["17:45", "18:00", "18:15", "18:30"]


def test_days_of_a_quarter_are_the_same_days_tomorrow() -> None:
    today = time_ticks(at("2026-08-25T00:00"), at("2026-11-22T17:40"), BERLIN, 8)
    tomorrow = time_ticks(at("2026-08-26T00:00"), at("2026-11-23T17:40"), BERLIN, 8)
    assert [tick.label for tick in today] == ["7 Sep", "21 Sep", "5 Oct", "19 Oct", "2 Nov", "16 Nov"]
    assert {tick.label for tick in tomorrow} >= {"7 Sep", "16 Nov"}


def test_six_o_clock_is_six_o_clock_after_a_change_of_clocks() -> None:
    ticks = time_ticks(at("2026-10-24T12:00"), at("2026-10-25T13:00"), BERLIN, 5)
    assert [tick.label for tick in ticks] == ["12:00", "18:00", "25 Oct", "06:00", "12:00"]
    assert ticks[3].at - ticks[2].at == 7 * 3600


def test_the_systems_own_zone() -> None:
    start = datetime(2026, 11, 22, 6, 1, tzinfo=UTC).timestamp()
    assert len(time_ticks(start, start + 3600, None, 6)) == 6


@given(
    st.floats(0, 4e9),
    st.floats(60, 100 * 86_400),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Berlin"]),
    st.integers(1, 30),
)
def test_times_are_inside_ascending_and_not_too_many(start: float, span: float, zone: str, most: int) -> None:
    ticks = time_ticks(start, start + span, ZoneInfo(zone), most)
    moments = [tick.at for tick in ticks]
    assert moments == sorted(set(moments))
    assert all(start <= moment < start + span for moment in moments)
    assert len(ticks) <= most
