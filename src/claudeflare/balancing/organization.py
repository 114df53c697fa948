"""What accounts of one organization share: token buckets, and benches that the organization as a whole has earned."""

from __future__ import annotations

from collections.abc import Mapping

from claudeflare.balancing.account import AccountState, BenchKind
from claudeflare.balancing.benches import place_bench
from claudeflare.balancing.change import Benched, Change, OrganizationLearned

SHARED = (BenchKind.BUCKET, BenchKind.RAMP, BenchKind.SPEND)
"""Usage windows are not: members of an organization have windows of their own."""


def join(states: Mapping[str, AccountState], account_id: str, organization_id: str, now: float) -> list[Change]:
    """The account `account_id` belongs to this organization, as an answer has just said."""
    state = states[account_id]
    state.organization_id = organization_id
    changes: list[Change] = [OrganizationLearned(account_id, organization_id)]
    share_buckets(states, account_id)
    for sibling in states.values():
        if sibling is state or sibling.organization_id != organization_id:
            continue
        for model_class, bench in sibling.benches.items():
            if bench.kind in SHARED and bench.until > now and place_bench(state, model_class, bench):
                changes.append(Benched(account_id, model_class, bench.until, bench.reason, bench.guess))
    return changes


def share_buckets(states: Mapping[str, AccountState], account_id: str) -> None:
    """Let the account have the buckets of its organization; its own, if it had any, are forgotten."""
    state = states[account_id]
    for sibling in states.values():
        if sibling is not state and sibling.organization_id == state.organization_id:
            state.buckets = sibling.buckets
            return
    if any(one.buckets is state.buckets for one in states.values() if one is not state):
        state.buckets = {}  # of another organization, which it has left
