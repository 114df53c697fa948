"""`round-robin`: the next available account in turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate


class RoundRobinPolicy:
    """Picks the account whose last turn is longest ago; at first, and after changes, in the order of the list.

    While the accounts stay the same this is their order, again and again. A position in a list would do as well until
    one of them is left out: then it skips whose turn it was, and the next in line gets two. Here an account that was
    out, or that a retry had to leave out, is merely next, once.
    """

    name: ClassVar[str] = "round-robin"
    sticky: ClassVar[bool] = False

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}
        """Account id -> number of the pick that was its last."""
        self._picks = 0

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """See `Policy.pick`."""
        turns = self._turns
        chosen = min(candidates, key=lambda one: turns.get(one.account.id, 0))
        self._picks += 1
        turns[chosen.account.id] = self._picks
        return Choice(chosen, f"{chosen.account.name} is next in turn", {})

    def keep_only(self, account_ids: Collection[str]) -> None:
        """See `Policy.keep_only`."""
        self._turns = {one: turn for one, turn in self._turns.items() if one in account_ids}
