"""`session`: a conversation stays on one account, because its prompt cache is there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.limits import share_left
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate


class SessionPolicy:
    """Keeps a session on its account while that is available; places new and moved ones where most room is.

    Room is the predicted share of its tightest limit that is left (all of it, while none is known), times tier /
    (requests in flight + 1). Ties go to the account unused longest, then to a rendezvous hash of
    session and account, on which several worker processes agree without asking one another.
    """

    name: ClassVar[str] = "session"
    sticky: ClassVar[bool] = True

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """See `Policy.pick`."""
        if bound is not None and bound in candidates:
            return Choice(bound, f"session was bound to {bound.account.name}", {})
        scores = {one.account.id: _room(one, request.model_class, now) for one in candidates}
        chosen = _best(candidates, scores, request.session)
        placed = "new session placed on" if bound is None else f"session moved from {bound.account.name} to"
        return Choice(chosen, f"{placed} {chosen.account.name}: most room for its tier", scores)

    def keep_only(self, account_ids: Collection[str]) -> None:
        """Remembers nothing itself: bindings are the pool's."""


def _room(candidate: PolicyCandidate, model_class: str, now: float) -> float:
    state = candidate.state
    room = candidate.account.tier / (state.in_flight + 1)
    return room * share_left(state, model_class, now) if state.buckets or state.windows else room


def _best(candidates: Sequence[PolicyCandidate], scores: Mapping[str, float], session: str) -> PolicyCandidate:
    top = max(scores.values())
    leaders = [one for one in candidates if scores[one.account.id] == top]
    if len(leaders) > 1:
        oldest = min(one.state.last_used for one in leaders)
        leaders = [one for one in leaders if one.state.last_used == oldest]
    if len(leaders) > 1:
        return max(leaders, key=lambda one: rendezvous_weight(session, one.account.id))
    return leaders[0]


def rendezvous_weight(session: str, account_id: str) -> bytes:
    """Highest-random-weight hashing (Thaler, Ravishankar 1998): the same in every process, unlike `hash()`."""
    text = f"{account_id}\n{session}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).digest()
