"""What every policy is asked and what it answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Protocol

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
    """One sentence for the decision trace."""
    scores: Mapping[str, float]
    """Account id -> the score it was judged by; empty when nobody was compared."""


class Policy(Protocol):
    """One way to spread requests."""

    name: ClassVar[str]
    sticky: ClassVar[bool]
    """Sessions are bound to the account that takes them, and the pool says which that is."""

    def pick(
        self, candidates: Sequence[PolicyCandidate], request: PickRequest, bound: PolicyCandidate | None, now: float
    ) -> Choice:
        """One of `candidates`: at least one, all available, all of the priority to use now, in the order of the list.

        `bound` is the account the request's session is bound to, whether it is available or not; None without sessions.
        """
        ...

    def keep_only(self, account_ids: Collection[str]) -> None:
        """These accounts are configured, available or not: forget all others."""
        ...
