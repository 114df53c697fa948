"""Where requests wait for an account: one timer, one wake-up, and the way in and out of the queue."""

from __future__ import annotations

import asyncio
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from claudeflare.balancing.lane import Waiter, may_wait
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.waiting import WaitingLine, WaitingQueue

if TYPE_CHECKING:
    from collections.abc import Collection

    from claudeflare.balancing.pool import AccountPool
    from claudeflare.settings import Settings

LONGEST_SLEEP: Final = 5.0
"""Seconds. The timer runs on another clock than the times it waits for, and that one may be set."""
PAUSE_FACTOR: Final = 4
"""How many times as long as a look at the queue took nobody looks again: answers must not wait for those who wait."""
SHORTEST_PAUSE: Final = 0.001
LONGEST_PAUSE: Final = 0.1


class WaitingRoom:
    """One gateway's queue. Whoever changes what accounts can do calls `wake`, if the room is `busy`."""

    def __init__(self, pool: AccountPool, settings: Settings) -> None:
        self._pool = pool
        self.longest = settings.queue_max_wait
        """Seconds a request may wait; 0: nobody waits."""
        self.open = self.longest > 0
        self.busy = False
        """Somebody waits."""
        self._queue = WaitingQueue(settings.queue_limit, settings.queue_limit_bytes)
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._pause = 0.0

    def before(self, request: PickRequest, exclude: Collection[str]) -> Exhausted | None:
        """What those wait for whom this newcomer has to let go first; None when there are none."""
        lane = self._queue.lane(request, exclude, self._pool.home(request, time()))
        return None if lane is None else lane.why

    def helps(self, waiter: Waiter, why: Exhausted) -> bool:
        """Whether an account is expected before this request has waited too long."""
        return self.open and may_wait(why, waiter.deadline)

    def enter(self, waiter: Waiter, why: Exhausted) -> bool:
        """Wait; False when as many wait as may."""
        if not self._queue.has_room(waiter.size):
            return False
        self._queue.join(waiter, why)
        self.busy = True
        self._schedule()
        return True

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer. Harmless for one that does not."""
        self._queue.leave(waiter)
        self.busy = len(self._queue) > 0
        if not self.busy:
            self._schedule()

    def met_a_limit(self, waiter: Waiter) -> None:
        """One that was let go was limited all the same."""
        if self.busy:
            self._queue.slow_down(waiter, time())
        waiter.returns += 1

    def wake(self) -> None:
        """Something changed. However much does in one turn of the loop, it is looked at once."""
        if self._soon is None:
            loop = asyncio.get_running_loop()
            if self._pause < SHORTEST_PAUSE:
                self._soon = loop.call_soon(self._look_again)
            else:
                self._soon = loop.call_later(self._pause, self._look_again)

    def _look_again(self) -> None:
        self._soon = None
        began = monotonic()
        self._queue.look_again()
        self._advance()
        self._pause = min((monotonic() - began) * PAUSE_FACTOR, LONGEST_PAUSE)

    def _advance(self) -> None:
        ready = self._queue.advance(time(), self._ask)
        # Whoever comes back at once finds `busy` as it is.
        self.busy = len(self._queue) > 0
        for waiter, answer in ready:
            waiter.resume(answer)
        self._schedule()

    def _ask(self, request: PickRequest, now: float, exclude: Collection[str], patient: bool) -> Acquired | Exhausted:
        return self._pool.acquire(request, now, exclude, patient=patient)

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._queue.due()
        if due is not None:
            delay = min(max(due - time(), 0.0), LONGEST_SLEEP)
            self._timer = asyncio.get_running_loop().call_later(delay, self._advance)

    def turn_away(self) -> None:
        """The server is going: nobody waits from now on, and those who did are told."""
        self.open = False
        told = self._queue.clear()
        self.busy = False
        self._schedule()
        for waiter, why in told:
            waiter.resume(why)

    def __len__(self) -> int:
        return len(self._queue)

    def lines(self) -> list[WaitingLine]:
        """Who waits for what."""
        return self._queue.lines() if self.busy else []

    def __repr__(self) -> str:
        return f"<WaitingRoom {self._queue!r}>"
