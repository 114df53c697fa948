"""`weighted`: each account its tier's share, spread out, whoever comes and goes."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing.policies.candidates import candidate, choose, names, of_tiers
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.policies.weighted import WeightedPolicy

EVERYBODY = of_tiers(20, 20, 5, 5, 1, 1)
ADRIFT = 3.0
"""Requests more or less than its share that an account may have been given after any coming and going."""
some_of_them = st.lists(st.sampled_from(EVERYBODY), min_size=1, unique=True)


def total(candidates: list[PolicyCandidate]) -> int:
    return sum(one.account.tier for one in candidates)


def longest_run(picked: str) -> int:
    return max(len(list(run)) for _, run in groupby(picked))


def nginx(weights: list[int], picks: int) -> str:
    """The algorithm as nginx writes it, in whole numbers."""
    current = [0] * len(weights)
    picked = ""
    for _ in range(picks):
        current = [owed + weight for owed, weight in zip(current, weights, strict=True)]
        best = current.index(max(current))
        current[best] -= sum(weights)
        picked += chr(ord("a") + best)
    return picked


def test_it_spreads_an_accounts_requests_out() -> None:
    assert names(WeightedPolicy(), of_tiers(5, 1, 1), 14) == "aabacaa" * 2


@given(st.lists(st.sampled_from([1, 5, 20]), min_size=1, max_size=8))
def test_the_sequence_is_that_of_nginx(tiers: list[int]) -> None:
    assert names(WeightedPolicy(), of_tiers(*tiers), 400) == nginx(tiers, 400)


def test_equal_tiers_take_turns() -> None:
    assert names(WeightedPolicy(), of_tiers(5, 5, 5), 3_000) == "abc" * 1_000


def test_it_says_so_in_the_trace() -> None:
    choice = choose(WeightedPolicy(), of_tiers(1, 4, 20))
    assert choice.why == "c is next by weight: 20 of 25"
    assert choice.scores == pytest.approx({"id-a": 0.04, "id-b": 0.16, "id-c": 0.8})


def test_shares_hold_within_one_percent_over_ten_thousand_picks() -> None:
    counts = Counter(names(WeightedPolicy(), EVERYBODY, 10_000))
    for one in EVERYBODY:
        assert counts[one.account.name] == pytest.approx(10_000 * one.account.tier / 52, rel=0.01)


def test_a_cycle_is_exact() -> None:
    policy = WeightedPolicy()
    for _ in range(20):
        counts = Counter(names(policy, EVERYBODY, 52))
        assert counts == {one.account.name: one.account.tier for one in EVERYBODY}


@pytest.mark.parametrize("picks_out", [1, 7, 1_000])
@pytest.mark.parametrize("index", range(len(EVERYBODY)))
def test_one_that_comes_back_is_not_given_more_than_its_share(picks_out: int, index: int) -> None:
    policy, back = WeightedPolicy(), EVERYBODY[index]
    names(policy, EVERYBODY, 17)
    names(policy, [one for one in EVERYBODY if one is not back], picks_out)
    assert names(policy, EVERYBODY, 52).count(back.account.name) == pytest.approx(back.account.tier, abs=1)


def test_a_newcomer_is_not_given_more_than_its_share() -> None:
    policy = WeightedPolicy()
    names(policy, EVERYBODY, 1_000)
    picked = names(policy, [*EVERYBODY, candidate("new", 20)], 72)
    assert picked.count("new") == pytest.approx(20, abs=1)


def test_when_the_large_ones_are_out_the_small_ones_take_turns_at_once() -> None:
    for before in range(0, 520, 7):
        policy = WeightedPolicy()
        names(policy, EVERYBODY, before)
        picked = names(policy, EVERYBODY[4:], 20)
        assert longest_run(picked) <= 2, picked
        assert picked.count("e") == pytest.approx(10, abs=1)


def test_a_changed_tier_counts_at_once() -> None:
    policy = WeightedPolicy()
    names(policy, of_tiers(20, 1), 10)
    assert names(policy, of_tiers(1, 20), 210).count("b") == pytest.approx(200, abs=1)


def test_retries_leave_the_shares_of_the_others_as_they_are() -> None:
    policy = WeightedPolicy()
    counts = Counter[str]()
    for _ in range(10_400):
        first = choose(policy, EVERYBODY).candidate
        counts[first.account.name] += 1
        if first is EVERYBODY[0]:  # every one of its requests fails there and is tried again elsewhere
            counts[choose(policy, EVERYBODY[1:]).candidate.account.name] += 1
    retries = counts["a"]
    assert retries == pytest.approx(4_000, rel=0.01)
    for one in EVERYBODY[1:]:
        expected = 10_400 * one.account.tier / 52 + retries * one.account.tier / 32
        assert counts[one.account.name] == pytest.approx(expected, rel=0.01)


def test_accounts_that_are_gone_leave_no_debts() -> None:
    """Whatever a removed account was owed, those that stay and those that come begin level."""
    policy, kept = WeightedPolicy(), EVERYBODY[4]
    for number in range(200):
        passing = candidate(f"passing-{number}", 20)
        for _ in range(number % 5):
            choose(policy, [kept, passing])
        policy.keep_only({kept.account.id})
    assert choose(policy, [kept]).scores == pytest.approx({kept.account.id: 1.0})


def test_keeping_everybody_changes_nothing() -> None:
    policy = WeightedPolicy()
    picked = ""
    for _ in range(14):
        picked += names(policy, of_tiers(5, 1, 1), 1)
        policy.keep_only({"id-a", "id-b", "id-c", "id-of-a-newcomer"})
    assert picked == "aabacaa" * 2


def test_keeping_nobody() -> None:
    policy = WeightedPolicy()
    names(policy, EVERYBODY, 5)
    policy.keep_only(())
    assert names(policy, of_tiers(5, 1, 1), 7) == "aabacaa"


@given(st.lists(some_of_them, max_size=100), some_of_them, st.integers(1, 200))
def test_shares_hold_after_any_coming_and_going(
    before: list[list[PolicyCandidate]], stable: list[PolicyCandidate], picks: int
) -> None:
    policy = WeightedPolicy()
    for each in before:
        choose(policy, each)
    counts = Counter(names(policy, stable, picks))
    for one in stable:
        assert counts[one.account.name] == pytest.approx(picks * one.account.tier / total(stable), abs=ADRIFT)


@given(st.lists(some_of_them, max_size=100))
def test_nobody_starves_or_is_flooded_while_others_come_and_go(present: list[list[PolicyCandidate]]) -> None:
    policy = WeightedPolicy()
    got = Counter[str]()
    shares: dict[str, float] = {one.account.name: 0.0 for one in EVERYBODY}
    for each in present:
        for one in each:
            shares[one.account.name] += one.account.tier / total(each)
        got[choose(policy, each).candidate.account.name] += 1
        assert all(got[name] == pytest.approx(share, abs=ADRIFT) for name, share in shares.items())
