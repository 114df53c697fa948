from __future__ import annotations

from claudeflare.api.account_states import AccountStates
from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    OrganizationLearned,
    SessionBound,
)

NOW = 1000.0


def test_states_follow_changes_in_order() -> None:
    states = AccountStates(lambda: NOW)
    states.apply(
        [
            SessionBound("session", "other", NOW + 60),
            OrganizationLearned("a", "org"),
            Benched("a", "opus", NOW + 60, "limited"),
            AttentionNeeded("a", "look"),
        ]
    )
    assert [*states.by_account()] == ["a"]
    state = states.by_account()["a"]
    assert (state.organization_id, state.attention, state.benches["opus"].until) == ("org", "look", NOW + 60)

    states.apply([BenchCleared("a", "opus"), AttentionNeeded("a", "")])
    assert states.by_account()["a"].benches == {}
    assert states.by_account()["a"].attention is None


def test_what_was_handed_out_does_not_change() -> None:
    states = AccountStates(lambda: NOW)
    states.apply([Benched("a", "", NOW + 60, "limited")])
    before = states.by_account()
    states.apply([BenchCleared("a", ""), AttentionNeeded("b", "look")])
    assert [*before] == ["a"]
    assert before["a"].benches[""].reason == "limited"
    assert repr(states) == "<AccountStates of 2 accounts>"
