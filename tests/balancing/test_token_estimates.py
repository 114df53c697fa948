"""What requests are expected to count, learned from what they counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.token_estimates import CACHE_SECONDS, MOST_INPUT, Expected, TokenEstimates

HERE, ELSEWHERE = object(), object()
"""Limits of two organizations."""


def expected(
    estimates: TokenEstimates, conversation: str, estimate: int, output: int = 0, now: float = 1.0
) -> Expected:
    return estimates.expected(conversation, estimate, output, now)


def counts(found: Expected) -> tuple[int, int, int]:
    return found.cold, found.warm, found.output


def test_at_first_the_body_is_all_there_is_to_go_by() -> None:
    assert counts(expected(TokenEstimates(), "c", 1_000, 64)) == (1_000, 1_000, 0)


def test_a_conversation_without_a_cache_is_expected_to_count_all_of_it_again() -> None:
    estimates = TokenEstimates()
    estimates.learn("c", 1_000, (500, 200), HERE, 0.0)
    found = expected(estimates, "c", 2_000)
    assert counts(found) == (1_000, 1_000, 200)
    estimates.learn("c", 2_000, (1_000, 200), HERE, 1.0)
    assert expected(estimates, "c", 3_000).input(HERE) == 1_500
    assert expected(estimates, "c", 3_000, 64).output == 64, "no more than it may write"


def test_where_the_last_request_is_cached_only_what_was_added_counts() -> None:
    estimates = TokenEstimates()
    estimates.learn("c", 10_000, (10_000, 100), HERE, 0.0)
    for turn in range(1, 7):
        estimates.learn("c", 10_000 + turn * 500, (500, 100), HERE, float(turn))
    found = expected(estimates, "c", 15_000, now=7.0)
    assert found.input(HERE) == pytest.approx(2_000, abs=300)
    assert found.input(ELSEWHERE) == 15_000, "another organization has nothing of it"
    assert found.cold == 15_000


def test_a_cache_that_has_expired_is_cold() -> None:
    estimates = TokenEstimates()
    for turn in range(5):
        estimates.learn("c", 10_000, (10_000 if turn == 0 else 10, 100), HERE, float(turn))
    assert expected(estimates, "c", 10_000, now=CACHE_SECONDS).input(HERE) < 1_000
    assert expected(estimates, "c", 10_000, now=CACHE_SECONDS + 5.0).input(HERE) == 10_000


def test_a_move_teaches_nothing_of_the_cache() -> None:
    estimates = TokenEstimates()
    for turn in range(5):
        estimates.learn("c", 10_000, (10_000 if turn == 0 else 10, 100), HERE, float(turn))
    estimates.learn("c", 10_000, (10_000, 100), ELSEWHERE, 5.0)
    found = expected(estimates, "c", 10_000, now=6.0)
    assert found.input(HERE) == 10_000
    assert found.input(ELSEWHERE) < 1_000, "which works as well there"


def test_a_new_conversation_is_cold_and_otherwise_like_the_others() -> None:
    estimates = TokenEstimates()
    for number in range(100):
        estimates.learn(f"c{number}", 1_000, (300, 50), HERE, 0.0)
    found = expected(estimates, "another", 1_000)
    assert found.input(HERE) == found.cold == pytest.approx(300, abs=1)
    assert found.output == pytest.approx(50, abs=1)


def test_bodies_that_say_nothing_teach_nothing() -> None:
    estimates = TokenEstimates()
    estimates.learn("c", 0, (300, 50), HERE, 0.0)
    assert len(estimates) == 0
    assert counts(expected(estimates, "c", 100)) == (100, 100, 0)


def test_pictures_are_not_taken_for_text() -> None:
    assert expected(TokenEstimates(), "c", 8_000_000).cold == MOST_INPUT


def test_conversations_unused_longest_are_forgotten() -> None:
    estimates = TokenEstimates(limit=2)
    for name in "abac":
        estimates.learn(name, 100, (50, 5), HERE, 0.0)
    assert repr(estimates).startswith("<TokenEstimates of 2 conversations")
    assert expected(estimates, "b", 100).holder is None
    assert expected(estimates, "a", 100).holder is HERE


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**5), st.booleans()), min_size=1)
)
def test_expectations_are_sensible_whatever_was_counted(counted: list[tuple[int, int, int, bool]]) -> None:
    estimates = TokenEstimates()
    for at, (estimate, input_tokens, output, here) in enumerate(counted):
        estimates.learn("c", estimate, (input_tokens, output), HERE if here else ELSEWHERE, float(at))
    found = expected(estimates, "c", 1_000, now=float(len(counted)))
    assert 0 <= found.warm <= found.cold <= MOST_INPUT
    assert min(one[2] for one in counted) - 1 <= found.output <= max(one[2] for one in counted)
