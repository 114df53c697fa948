"""`round-robin`: everybody in turn, and nobody loses a turn."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from balancing.policies.candidates import candidate, choose, names, of_tiers
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.policies.round_robin import RoundRobinPolicy

A, B, C, D = of_tiers(1, 5, 20, 1)
EVERYBODY = [A, B, C, D]
some_of_them = st.lists(st.sampled_from(EVERYBODY), min_size=1, unique=True)


def test_it_takes_them_in_the_order_of_the_list_whatever_their_tier() -> None:
    assert names(RoundRobinPolicy(), EVERYBODY, 10) == "abcdabcdab"


def test_it_says_so_in_the_trace() -> None:
    choice = choose(RoundRobinPolicy(), EVERYBODY)
    assert choice.why == "a is next in turn"
    assert choice.scores == {}


def test_what_is_in_flight_does_not_matter() -> None:
    assert names(RoundRobinPolicy(), [candidate("a", in_flight=9, last_used=5.0), candidate("b")], 4) == "abab"


def test_the_others_share_the_turns_of_one_that_is_out() -> None:
    policy = RoundRobinPolicy()
    names(policy, EVERYBODY, 5)
    assert names(policy, [A, C, D], 6) == "cdacda"


def test_one_that_comes_back_is_next_once() -> None:
    policy = RoundRobinPolicy()
    names(policy, EVERYBODY, 4)
    names(policy, [A, C, D], 20)
    assert names(policy, EVERYBODY, 8).count("b") == 2
    assert names(policy, EVERYBODY, 4).count("b") == 1


def test_a_newcomer_is_next_once() -> None:
    policy = RoundRobinPolicy()
    names(policy, [A, B], 100)
    assert names(policy, [A, B, C], 6) == "cabcab"


def test_a_retry_costs_nobody_a_turn() -> None:
    policy = RoundRobinPolicy()
    assert names(policy, [A, B, C], 3) == "abc"
    # The first request failed on a and is tried again elsewhere: b is next, and a still first in line.
    assert names(policy, [B, C], 1) == "b"
    assert names(policy, [A, B, C], 6) == "acbacb"


def test_it_forgets_accounts_that_are_gone() -> None:
    policy = RoundRobinPolicy()
    names(policy, EVERYBODY, 4)
    policy.keep_only({A.account.id, C.account.id, D.account.id})
    assert names(policy, EVERYBODY, 4) == "bacd"


@given(st.lists(some_of_them, max_size=30), some_of_them, st.integers(0, 50))
def test_counts_over_any_stable_set_differ_by_one_at_most(
    before: list[list[PolicyCandidate]], stable: list[PolicyCandidate], picks: int
) -> None:
    policy = RoundRobinPolicy()
    for each in before:
        choose(policy, each)
    counts = Counter({one.account.name: 0 for one in stable})
    counts.update(names(policy, stable, picks))
    assert max(counts.values()) - min(counts.values()) <= 1


@given(st.lists(some_of_them, min_size=1, max_size=60))
def test_whoever_is_there_waits_for_one_turn_of_each_other_at_most(present: list[list[PolicyCandidate]]) -> None:
    policy = RoundRobinPolicy()
    waited = Counter[str]()
    for each in present:
        chosen = choose(policy, each).candidate
        waited.update(one.account.name for one in each)
        waited[chosen.account.name] = 0
        assert max(waited.values()) < len(EVERYBODY)
