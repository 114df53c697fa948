"""Requests per second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.request_rate import mean_rate, per_second, sparkline


def test_seconds_in_which_nothing_happened_are_zeros() -> None:
    assert per_second([(97, 3), (99, 5), (100, 7)], 100.4, 4) == [0, 3, 0, 5]


def test_the_mean_is_of_the_last_seconds() -> None:
    assert mean_rate([100] * 50 + [1] * 10) == 1.0
    assert mean_rate([]) == 0.0


def test_a_sparkline() -> None:
    assert sparkline([0, 1, 4, 8]) == "▁▁▄█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


@given(st.lists(st.floats(0, 1e9)))
def test_a_sparkline_has_a_character_for_each_value(values: list[float]) -> None:
    drawn = sparkline(values)
    assert len(drawn) == len(values)
    assert set(drawn) <= set("▁▂▃▄▅▆▇█")
