"""One lane of the waiting queue: requests that the same accounts could take, in the order they came."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import msgspec

from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest

Ask = Callable[[PickRequest, float, Collection[str], bool], Acquired | Exhausted]
"""`AccountPool.acquire`: request, now, exclude, patient."""

STEP_SECONDS: Final = 0.25
"""A limit is refused within this time, an answer may take minutes: whoever is not back by then was let in."""
LOOK_AGAIN_SECONDS: Final = 0.01
"""Shortest time between two looks: an account that is due this very moment must not keep the loop busy."""
MOST_IN_A_STEP: Final = 65_536
STANDS_ASIDE: Final = 2
"""A request that has come back this often waits beside the others: it may be too large ever to be let in."""


class LaneKey(msgspec.Struct, frozen=True):
    """What requests have in common that wait in one lane."""

    client_key: str | None
    model_class: str
    account: str | None
    """The name of the only account that may be used; None when any will do."""
    exclude: frozenset[str]
    aside: bool
    home: str | None = None
    """Id of their sessions' account, which they wait for although others are free."""

    @classmethod
    def of(cls, request: PickRequest, exclude: Collection[str], returns: int, home: str | None = None) -> LaneKey:
        """The lane of a request that may not use the accounts in `exclude`."""
        aside = returns >= STANDS_ASIDE
        account = request.account if request.bound is None else request.bound.account
        return cls(request.client_key, request.model_class, account, frozenset(exclude), aside, home)


class Waiter(msgspec.Struct, eq=False, kw_only=True):
    """One request that waits. Times are UTC epoch seconds."""

    request: PickRequest
    exclude: tuple[str, ...] = ()
    """Ids of accounts it does not wait for: they failed it otherwise than by a limit."""
    since: float
    """When it began to wait, the first time."""
    deadline: float
    """When it is told the truth instead."""
    size: int = 0
    """Bytes of body held for it."""
    resume: Callable[[Acquired | Exhausted], None]
    """Called by the queue's owner with what `advance` gave."""
    home: str | None = None
    """See `LaneKey.home`."""
    returns: int = 0
    """How often it was let go and met a limit again."""
    number: int = 0
    """Place in the order of first arrival; 0 before the first."""
    lane: Lane | None = None
    """None while it does not wait."""


def may_wait(exhausted: Exhausted, deadline: float) -> bool:
    """Whether an account is expected by then."""
    return exhausted.earliest is not None and exhausted.earliest <= deadline


class Lane:
    """Waiters by number. Lets them go as the pool says, and after a stated limit one, two, four … at a time."""

    __slots__ = ("_left", "_room", "_step_at", "blocked_until", "key", "waiters", "why")

    def __init__(self, key: LaneKey, why: Exhausted) -> None:
        self.key = key
        self.why = why
        """The pool's latest refusal."""
        self.waiters: list[Waiter] = []
        self.blocked_until = why.earliest or 0.0
        self._room = 1
        self._left = 0
        self._step_at = 0.0

    @property
    def since(self) -> float:
        """When the one waiting longest began."""
        return self.waiters[0].since

    def due(self) -> float:
        """When there is something to do here, if nothing changes before."""
        return min(self.waiters[0].deadline, self._opens_at())

    def _opens_at(self) -> float:
        return max(self.blocked_until, 0.0 if self._left else self._step_at)

    def try_head(self, now: float, ask: Ask) -> Acquired | Exhausted | None:
        """What ends the wait of the first in the lane now; None when it goes on."""
        head = self.waiters[0]
        late = head.deadline <= now
        if not late and self._opens_at() > now:
            return None
        answer = ask(head.request, now, head.exclude, not late)
        if isinstance(answer, Exhausted):
            self.why = answer
            if not answer.short:
                self._room = 1
            if not late and may_wait(answer, head.deadline):
                self.blocked_until = max(answer.earliest or 0.0, now + LOOK_AGAIN_SECONDS)
                return None
            if answer.short:
                # A prediction may only delay: where nothing but it is in the way, the best account is tried.
                answer = ask(head.request, now, head.exclude, False)
        if isinstance(answer, Acquired):
            self._pace(now)
        return answer

    def _pace(self, now: float) -> None:
        """Slow start: a lane that opens lets one go, and doubles that with every step nobody came back from."""
        if now >= self._step_at:
            self._left, self._room = self._room, min(self._room * 2, MOST_IN_A_STEP)
            self._step_at = now + STEP_SECONDS
        self._left = max(self._left - 1, 0)

    def pace_anew(self, now: float) -> None:
        """One of those let go met a limit: begin again with one."""
        self._left, self._room, self._step_at = 0, 1, now + STEP_SECONDS
