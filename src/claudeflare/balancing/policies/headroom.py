"""`headroom`: the account with the largest share of its tightest limit left, times its tier."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

from claudeflare.balancing import windows
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.limits import share_left
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate

ENOUGH_LEFT: Final = 0.2
"""A session does not move while its account has this share of its tightest usage window left. What buckets hold by the
minute comes back by the minute: no move is worth that."""
WORTH_MOVING: Final = 2.0
"""Nor unless another account has this many times as much room: its prompt has to be written into a cache again."""


class HeadroomPolicy:
    """Places requests by predicted room; sessions stay where their prompt cache is unless moving pays for it.

    Among equals the one with fewest requests in flight for its tier, then the one unused longest.
    """

    name: ClassVar[str] = "headroom"
    sticky: ClassVar[bool] = True

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """See `Policy.pick`. Scores are shares left times tier: the highest wins."""
        scores = {
            one.account.id: share_left(one.state, request.model_class, now) * one.account.tier for one in candidates
        }
        best = min(candidates, key=lambda one: (-scores[one.account.id], *_load(one)))
        name, score = best.account.name, scores[best.account.id]
        if bound is None:
            return Choice(best, f"{name} has the largest share of its limits left for its tier", scores)
        if bound not in candidates:
            return Choice(best, f"session moved from {bound.account.name} to {name}: it has the most room", scores)
        state, own = bound.state, scores[bound.account.id]
        left = windows.share_left(state.windows, request.model_class, now) if state.windows else 1.0
        if left >= ENOUGH_LEFT or score < own * WORTH_MOVING or score <= 0.0:
            return Choice(bound, f"session was bound to {bound.account.name}, and moving would not pay", scores)
        return Choice(best, f"session moved from {bound.account.name}, which is nearly used up, to {name}", scores)

    def keep_only(self, account_ids: Collection[str]) -> None:
        """Remembers nothing: what counts is in the accounts' own state."""


def _load(candidate: PolicyCandidate) -> tuple[float, float]:
    return candidate.state.in_flight / candidate.account.tier, candidate.state.last_used
