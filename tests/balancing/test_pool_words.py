"""The pool in words."""

from __future__ import annotations

from claudeflare.balancing.account import Account, AccountState, Bench
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.pool_words import pool_in_words


def candidate(name: str, **state: object) -> PolicyCandidate:
    return PolicyCandidate(Account(id=name, name=name), AccountState(**state))  # type: ignore[arg-type]


def test_accounts_are_counted_by_state() -> None:
    benched = {"": Bench(3_600.0, "rate limited: requests per minute")}
    candidates = [candidate("a"), candidate("b", benches=benched), candidate("c"), candidate("d", attention="refused")]
    assert pool_in_words(candidates, 0.0) == "4 accounts: 2 free, 1 rate limited until 01:00, 1 needs attention"
    assert pool_in_words([], 0.0) == "0 accounts"
    assert pool_in_words([candidate("a")], 0.0) == "1 account: 1 free"
