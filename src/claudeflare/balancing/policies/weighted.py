"""`weighted`: smooth weighted round-robin, an account's tier being its weight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate

EQUAL: Final = 1e-9
"""Sums of shares differ by rounding, and rounding must not decide between equals: the first of them is taken."""


class WeightedPolicy:
    """Gives each account its tier's share of the requests, spread out: 5, 1, 1 are picked a a b a c a a.

    nginx's algorithm (`ngx_http_upstream_round_robin.c`): each pick adds an account's weight to what it is owed, the
    one owed most is picked, and pays the sum of all weights. Here both are divided by that sum, so that what is owed
    are requests: nginx's numbers lose their meaning when accounts with large weights come or go, and then give
    everything to one of those that remain for many requests on end. Who is not among the candidates is neither owed
    more nor less, so one that was out comes back to its share and nothing on top.
    """

    name: ClassVar[str] = "weighted"
    sticky: ClassVar[bool] = False

    def __init__(self) -> None:
        self._owed: dict[str, float] = {}
        """Account id -> requests it should have been given beyond those it got. They add up to 0."""

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """See `Policy.pick`. Scores are requests owed, this one shared out among all: the highest wins."""
        total = 0
        for one in candidates:
            total += one.account.tier
        scores: dict[str, float] = {}
        chosen, most = candidates[0], float("-inf")
        for one in candidates:
            account = one.account
            owed = scores[account.id] = self._owed.get(account.id, 0.0) + account.tier / total
            if owed > most + EQUAL:
                chosen, most = one, owed
        self._owed.update(scores)
        account = chosen.account
        self._owed[account.id] -= 1.0
        return Choice(chosen, f"{account.name} is next by weight: {account.tier} of {total}", scores)

    def keep_only(self, account_ids: Collection[str]) -> None:
        """See `Policy.keep_only`. What is owed to the others is shared out, so that a newcomer's 0 is the average."""
        kept = {one: owed for one, owed in self._owed.items() if one in account_ids}
        if len(kept) < len(self._owed):
            average = sum(kept.values()) / len(kept) if kept else 0.0
            self._owed = {one: owed - average for one, owed in kept.items()}
