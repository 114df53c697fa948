"""What a change made elsewhere (before a restart, by another worker, by the owner) does to an account's state."""

from __future__ import annotations

from typing import assert_never

from claudeflare.balancing import ejection
from claudeflare.balancing.account import AccountState, Bench
from claudeflare.balancing.benches import place_bench
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, OrganizationLearned

AccountChange = Benched | BenchCleared | AttentionNeeded | OrganizationLearned
"""A change that is about one account."""


def apply_change(state: AccountState, change: AccountChange, now: float) -> None:
    """Bring `state` up to date."""
    match change:
        case Benched():
            if change.until > now:
                place_bench(state, change.model_class, Bench(change.until, change.reason, change.guess, now))
        case BenchCleared():
            state.benches.pop(change.model_class, None)
            if not change.model_class:
                # Somebody knows that the whole account works: what this process guessed of it goes as well.
                ejection.reset(state)
                state.windowless_limits = 0
                state.windows.clear()
                state.extra_usage_until = 0.0
        case AttentionNeeded():
            state.attention = change.reason or None
            if not change.reason:
                state.trusted_since = now
        case OrganizationLearned():
            state.organization_id = change.organization_id
        case _:
            assert_never(change)
