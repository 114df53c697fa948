"""What every policy is asked and what it answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Protocol

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.lease import PickRequest


class PolicyCandidate:
    """An account and what is known of it. The pool keeps one for each account; identity is equality."""

    __slots__ = ("account", "state")

    def __init__(self, account: Account, state: AccountState) -> None:
        self.account = account
        self.state = state

    def __repr__(self) -> str:
        return f"<PolicyCandidate {self.account.name}>"


class Choice:
    """A policy's answer."""

    __slots__ = ("candidate", "scores", "why")

    def __init__(self, candidate: PolicyCandidate, why: str, scores: dict[str, float]) -> None:
        self.candidate = candidate
        self.why = why
        """One sentence for the decision trace."""
        self.scores = scores
        """Account id -> the score it was judged by; empty when nobody was compared."""

    def __repr__(self) -> str:
        return f"<Choice of {self.candidate.account.name}: {self.why}>"


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
