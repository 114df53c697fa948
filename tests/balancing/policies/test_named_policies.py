"""The policies by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing.policies.candidates import choose, of_tiers
from claudeflare.balancing.policies.named import POLICIES, make_policy
from claudeflare.settings import STRATEGIES

tiers = st.sampled_from([1, 5, 20])


def test_every_strategy_that_can_be_set_exists() -> None:
    assert tuple(POLICIES) == STRATEGIES
    for name in POLICIES:
        assert make_policy(name).name == name


def test_only_sessions_stick() -> None:
    assert [name for name in POLICIES if make_policy(name).sticky] == ["session", "headroom"]


def test_an_unknown_strategy_is_refused_with_the_choices() -> None:
    with pytest.raises(
        ValueError, match="no strategy 'fastest'; choose one of: session, round-robin, least-requests, weighted"
    ):
        make_policy("fastest")


def test_two_of_a_name_remember_apart() -> None:
    accounts = of_tiers(1, 1)
    for name in POLICIES:
        first, second = make_policy(name), make_policy(name)
        assert choose(first, accounts).candidate is choose(second, accounts).candidate


@pytest.mark.parametrize("name", POLICIES)
@given(st.lists(st.lists(tiers, min_size=1, max_size=5), min_size=1, max_size=20))
def test_whoever_is_picked_was_among_the_candidates(name: str, changes: list[list[int]]) -> None:
    policy = make_policy(name)
    for accounts in (of_tiers(*each) for each in changes):
        choice = choose(policy, accounts)
        assert choice.candidate in accounts
        assert set(choice.scores) <= {one.account.id for one in accounts}
        policy.keep_only({one.account.id for one in accounts[1:]})


@pytest.mark.parametrize("name", POLICIES)
def test_the_reason_is_one_sentence_that_names_the_account(name: str) -> None:
    for accounts in (of_tiers(5), of_tiers(1, 1, 20)):
        choice = choose(make_policy(name), accounts)
        assert choice.candidate.account.name in choice.why.replace(":", "").split()
        assert "\n" not in choice.why
        assert not choice.why.endswith(".")
