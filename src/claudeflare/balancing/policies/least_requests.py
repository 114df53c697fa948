"""`least-requests`: the account with the fewest requests in flight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate


class LeastRequestsPolicy:
    """Picks by requests in flight in this process, whatever the tier; of equals the one unused longest."""

    name: ClassVar[str] = "least-requests"
    sticky: ClassVar[bool] = False

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """See `Policy.pick`. Scores are requests in flight: the lowest wins."""
        scores: dict[str, float] = {one.account.id: one.state.in_flight for one in candidates}
        fewest = min(scores.values())
        leaders = [one for one in candidates if one.state.in_flight == fewest]
        chosen = leaders[0] if len(leaders) == 1 else min(leaders, key=lambda one: one.state.last_used)
        others = len(leaders) - 1
        tie = f", like {others} other{'s' if others > 1 else ''}, and was used longest ago" if others else ""
        return Choice(chosen, f"{chosen.account.name} has the fewest requests in flight ({fewest:g}){tie}", scores)

    def keep_only(self, account_ids: Collection[str]) -> None:
        """Remembers nothing: what counts is in the accounts' own state."""
