"""A pool's accounts counted by state, in words for a log or a debugger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime

from claudeflare.balancing.availability import why_unavailable
from claudeflare.balancing.policies.policy import PolicyCandidate


def pool_in_words(candidates: Collection[PolicyCandidate], now: float) -> str:
    """E.g. `3 accounts: 2 free, 1 rate limited until 17:45`; hours are UTC."""
    count = len(candidates)
    states = Counter(_state_in_words(one, now) for one in candidates)
    words = ", ".join(f"{number} {state}" for state, number in states.items())
    return f"{count} account{'' if count == 1 else 's'}{': ' if words else ''}{words}"


def _state_in_words(candidate: PolicyCandidate, now: float) -> str:
    unavailable = why_unavailable(candidate.account, candidate.state, "", now)
    if unavailable is None:
        return "free"
    kind = unavailable.reason.partition(":")[0]
    if unavailable.until is None:
        return kind
    return f"{kind} until {datetime.fromtimestamp(unavailable.until, UTC):%H:%M}"
