from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.quotas.rate_bucket import RateBucket

NOW = 1000.0


def test_the_whole_minute_at_once_and_then_one_by_one() -> None:
    bucket = RateBucket(60, NOW)
    for _ in range(60):
        assert bucket.seconds_until(1, NOW) == 0.0
        bucket.take(1, NOW)
    assert bucket.seconds_until(1, NOW) == pytest.approx(1.0)
    assert bucket.seconds_until(1, NOW + 1) == pytest.approx(0.0)


def test_more_than_the_limit_needs_it_full() -> None:
    bucket = RateBucket(100, NOW)
    assert bucket.seconds_until(1e6, NOW) == 0.0
    bucket.take(1e6, NOW)
    assert bucket.seconds_until(1, NOW) > 60.0


def test_what_was_not_used_comes_back_up_to_the_limit() -> None:
    bucket = RateBucket(100, NOW)
    bucket.take(80, NOW)
    bucket.take(-500, NOW)
    assert bucket.seconds_until(100, NOW) == 0.0
    bucket.take(100, NOW)
    assert bucket.seconds_until(1, NOW) > 0.0


def test_a_clock_that_is_set_back_gives_nothing() -> None:
    bucket = RateBucket(60, NOW)
    bucket.take(60, NOW)
    assert bucket.seconds_until(1, NOW - 100) == pytest.approx(1.0)
    assert bucket.seconds_until(1, NOW - 99) == pytest.approx(0.0)


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 50))
def test_no_stretch_of_time_has_more_than_the_limit_and_what_was_refilled_in_it(gaps: list[float], limit: int) -> None:
    bucket = RateBucket(float(limit), NOW)
    now, taken = NOW, 0
    for gap in gaps:
        now += gap
        if bucket.seconds_until(1, now) == 0.0:
            bucket.take(1, now)
            taken += 1
    assert taken <= limit + (now - NOW) * limit / 60 + 1e-6
