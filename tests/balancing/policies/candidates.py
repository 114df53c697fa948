"""Accounts to pick from, and whom a policy picks of them."""

from __future__ import annotations

from collections.abc import Sequence

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, Policy, PolicyCandidate

REQUEST = PickRequest(session="key:/s")


def candidate(name: str, tier: int = 1, in_flight: int = 0, last_used: float = 0.0) -> PolicyCandidate:
    return PolicyCandidate(
        Account(id=f"id-{name}", name=name, tier=tier), AccountState(in_flight=in_flight, last_used=last_used)
    )


def of_tiers(*tiers: int) -> list[PolicyCandidate]:
    """Accounts a, b, c, … of these tiers."""
    return [candidate(chr(ord("a") + number), tier) for number, tier in enumerate(tiers)]


def choose(policy: Policy, candidates: Sequence[PolicyCandidate]) -> Choice:
    """One pick for a request without a binding."""
    return policy.pick(candidates, REQUEST, None, 0.0)


def names(policy: Policy, candidates: Sequence[PolicyCandidate], picks: int) -> str:
    """Whom it picks, one after the other."""
    return "".join(choose(policy, candidates).candidate.account.name for _ in range(picks))
