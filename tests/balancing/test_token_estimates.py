"""What requests are expected to count, learned from what they counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.token_estimates import MOST_INPUT, TokenEstimates


def test_at_first_the_body_is_all_there_is_to_go_by() -> None:
    assert TokenEstimates().expected("s", 1_000, 64) == (1_000, 0)


def test_a_session_is_expected_to_go_on_as_it_was() -> None:
    estimates = TokenEstimates()
    estimates.learn("s", 1_000, 500, 200)
    assert estimates.expected("s", 2_000, 0) == (1_000, 200)
    assert estimates.expected("s", 2_000, 64) == (1_000, 64), "no more than it may write"


def test_what_is_read_from_the_cache_no_longer_counts() -> None:
    estimates = TokenEstimates()
    estimates.learn("s", 10_000, 10_000, 100)
    for _ in range(6):
        estimates.learn("s", 10_000, 100, 100)
    assert estimates.expected("s", 10_000, 0)[0] < 500


def test_a_new_session_is_expected_to_be_like_the_others() -> None:
    estimates = TokenEstimates()
    for number in range(100):
        estimates.learn(f"s{number}", 1_000, 300, 50)
    assert estimates.expected("another", 1_000, 0) == (pytest.approx(300, abs=1), pytest.approx(50, abs=1))


def test_bodies_that_say_nothing_teach_nothing() -> None:
    estimates = TokenEstimates()
    estimates.learn("s", 0, 300, 50)
    assert len(estimates) == 0


def test_pictures_are_not_taken_for_text() -> None:
    assert TokenEstimates().expected("s", 8_000_000, 0)[0] == MOST_INPUT


def test_sessions_unused_longest_are_forgotten() -> None:
    estimates = TokenEstimates(limit=2)
    for session in ("a", "b", "a", "c"):
        estimates.learn(session, 100, 50, 5)
    assert len(estimates) == 2
    assert repr(estimates).startswith("<TokenEstimates of 2 sessions")
    estimates.learn("a", 100, 50, 5)
    assert estimates.expected("a", 100, 0) == (50, 5)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**5)), min_size=1))
def test_averages_stay_within_what_was_counted(counted: list[tuple[int, int, int]]) -> None:
    estimates = TokenEstimates()
    for estimate, input_tokens, output_tokens in counted:
        estimates.learn("s", estimate, input_tokens, output_tokens)
    expected_input, expected_output = estimates.expected("s", 1_000, 0)
    ratios = [input_tokens / estimate for estimate, input_tokens, _ in counted]
    assert min(ratios) * 1_000 - 1 <= expected_input <= max(ratios) * 1_000 + 1 or expected_input == MOST_INPUT
    assert min(one[2] for one in counted) - 1 <= expected_output <= max(one[2] for one in counted)
