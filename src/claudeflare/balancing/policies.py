"""Which of the available accounts takes a request. A policy only reads and picks; its one result is a `Choice`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Protocol

import msgspec

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.lease import PickRequest


class PolicyCandidate(msgspec.Struct, frozen=True, eq=False):
    """An account and what is known of it. The pool keeps one for each account; identity is equality."""

    account: Account
    state: AccountState


class Choice(msgspec.Struct, frozen=True):
    """A policy's answer."""

    candidate: PolicyCandidate
    why: str
    scores: Mapping[str, float]
    """Account id -> the score it was judged by; empty when nobody was compared."""


class Policy(Protocol):
    """One way to spread requests. May keep a position of its own (round-robin), nothing else."""

    name: ClassVar[str]
    sticky: ClassVar[bool]
    """Sessions are bound to the account that takes them, and the pool says which that is."""

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """One of `candidates`: at least one, all available, all of the priority to use now.

        `bound` is the account the request's session is bound to, whether it is available or not.
        """
        ...


class SessionPolicy:
    """Keeps a session on its account while that is available; places new and moved ones where most room is.

    Room is tier / (requests in flight + 1). Ties go to the account unused longest, then to a rendezvous hash of
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
        scores = {one.account.id: one.account.tier / (one.state.in_flight + 1) for one in candidates}
        chosen = _best(candidates, scores, request.session)
        placed = "new session placed on" if bound is None else f"session moved from {bound.account.name} to"
        return Choice(chosen, f"{placed} {chosen.account.name}: most room for its tier", scores)


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


POLICIES: Final[Mapping[str, Callable[[], Policy]]] = {SessionPolicy.name: SessionPolicy}
"""Name (as in `LB_STRATEGY`) -> class."""


def make_policy(name: str) -> Policy:
    """A fresh policy of that name; `ValueError` when there is none."""
    if name not in POLICIES:
        raise ValueError(f"there is no strategy {name!r}; choose one of: {', '.join(POLICIES)}")
    return POLICIES[name]()
