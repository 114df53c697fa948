"""The back-off, without a clock."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.supervisor.restarts import LONGEST_DELAY, Restart, Restarts


def test_delays_double_and_then_stay() -> None:
    restarts = Restarts()
    delays = [restarts.ended(lived=0.1, now=float(now)).delay for now in range(7)]
    assert delays == [0.1, 0.2, 0.4, 0.8, 5.0, 5.0, 5.0]
    assert repr(restarts) == "<Restarts 7 in a row>"


def test_ten_healthy_seconds_begin_anew() -> None:
    restarts = Restarts()
    for now in range(8):
        restarts.ended(lived=9.9, now=float(now))
    assert restarts.ended(lived=10.0, now=20.0) == Restart(0.1, logging.WARNING)
    assert restarts.ended(lived=0.0, now=20.1) == Restart(0.2, logging.WARNING)


def test_a_child_that_never_lives_is_reported_once_a_minute() -> None:
    restarts = Restarts()
    levels = [restarts.ended(lived=0.0, now=now).level for now in (0.0, 0.1, 0.3, 0.7, 1.5, 6.5, 61.4, 61.5, 62.0)]
    assert levels == [*[logging.WARNING] * 4, logging.ERROR, None, None, logging.ERROR, None]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=50))
def test_a_restart_is_never_delayed_longer_and_never_at_once(ends: list[tuple[float, float]]) -> None:
    restarts, now = Restarts(), 0.0
    for lived, passed in ends:
        now += passed
        assert 0.1 <= restarts.ended(lived, now).delay <= LONGEST_DELAY
