"""How long benches hold, and which of two stays."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.account import AccountState, Bench
from claudeflare.balancing.benches import bench_end, place_bench, window_end, windowless_seconds

NOW = 1_000_000.0
DAY = 86_400.0
moments = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (NOW + 12.0, NOW + 12.0),
        (NOW - 500.0, NOW + 1.0),
        (NOW, NOW + 1.0),
        (NOW + 9 * DAY, NOW + 8 * DAY),
        (math.inf, NOW + 8 * DAY),
        (-math.inf, NOW + 1.0),
        (math.nan, NOW + 1.0),
    ],
)
def test_an_end_is_made_plausible(stated: float, expected: float) -> None:
    assert bench_end(stated, NOW) == expected


@pytest.mark.parametrize(
    ("stated", "jitter", "expected"),
    [
        (NOW + 60.0, 0.0, NOW + 61.0),
        (NOW + 60.0, 0.5, NOW + 75.5),
        (NOW - 60.0, 0.0, NOW + 1.0),
        (NOW + 9 * DAY, 0.5, NOW + 8 * DAY),
    ],
)
def test_a_window_ends_fuzzily_after_its_reset(stated: float, jitter: float, expected: float) -> None:
    assert window_end(stated, NOW, jitter) == expected


@given(moments, st.floats(0.0, 1.0, exclude_max=True))
def test_no_end_is_past_or_further_than_8_days(stated: float, jitter: float) -> None:
    for end in (bench_end(stated, NOW), window_end(stated, NOW, jitter)):
        assert NOW + 1.0 <= end <= NOW + 8 * DAY


def test_windowless_limits_bench_only_when_repeated() -> None:
    assert [windowless_seconds(n) for n in range(1, 8)] == [0.0, 30.0, 60.0, 120.0, 240.0, 300.0, 300.0]
    assert windowless_seconds(10_000) == 300.0


STATED_60 = Bench(NOW + 60.0, "stated", since=NOW)
STATED_90 = Bench(NOW + 90.0, "stated", since=NOW)
GUESS_10 = Bench(NOW + 10.0, "guess", guess=True, since=NOW)
GUESS_300 = Bench(NOW + 300.0, "guess", guess=True, since=NOW)
EXPIRED = Bench(NOW, "expired", since=NOW - 60.0)


@pytest.mark.parametrize(
    ("current", "new", "placed"),
    [
        (None, STATED_60, True),
        (STATED_60, STATED_90, True),
        (STATED_90, STATED_60, False),
        (STATED_60, STATED_60, False),
        (STATED_60, GUESS_300, False),
        (GUESS_300, STATED_60, True),
        (GUESS_300, GUESS_10, False),
        (EXPIRED, GUESS_10, True),
    ],
)
def test_which_bench_stays(current: Bench | None, new: Bench, placed: bool) -> None:
    state = AccountState(benches={} if current is None else {"opus": current})
    assert place_bench(state, "opus", new) is placed
    assert state.benches["opus"] is (new if placed else current)


@given(st.permutations([STATED_60, STATED_90, GUESS_10, GUESS_300]))
def test_the_order_in_which_parallel_attempts_end_does_not_matter(order: list[Bench]) -> None:
    state = AccountState()
    for bench in order:
        place_bench(state, "", bench)
    assert state.benches[""] is STATED_90
