"""Where simulated requests wait: the gateway's waiting room, on the virtual clock."""

from __future__ import annotations

from claudeflare.balancing.lane import Waiter
from claudeflare.balancing.lease import Exhausted
from claudeflare.balancing.pool import AccountPool
from claudeflare.balancing.waiting import WaitingQueue
from claudeflare.replay.clock import Clock, Timer


class WaitingRoom:
    """One queue over one pool; see `gateway.waiting.WaitingRoom`, which says why each step is there."""

    def __init__(self, pool: AccountPool, queue: WaitingQueue, clock: Clock, longest: float) -> None:
        self._pool = pool
        self.queue = queue
        self._clock = clock
        self.longest = longest
        """Seconds a request may wait; 0: nobody waits."""
        self.open = longest > 0
        self._timer: Timer | None = None
        self._waking = False

    @property
    def busy(self) -> bool:
        """Somebody waits."""
        return len(self.queue) > 0

    def enter(self, waiter: Waiter, why: Exhausted) -> bool:
        """Wait; False when as many wait as may."""
        if not self.queue.has_room(waiter.size):
            return False
        self.queue.join(waiter, why)
        self._schedule()
        return True

    def wake(self) -> None:
        """Something changed: look again, once for all that changes at this moment."""
        if self.busy and not self._waking:
            self._waking = True
            self._clock.at(self._clock.now, self._look_again)

    def _look_again(self) -> None:
        self._waking = False
        self.queue.look_again()
        self._advance()

    def _advance(self) -> None:
        for waiter, answer in self.queue.advance(
            self._clock.now,
            lambda request, now, exclude, patient: self._pool.acquire(request, now, exclude, patient=patient),
        ):
            waiter.resume(answer)
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.queue.due()
        if due is not None:
            self._timer = self._clock.at(due, self._advance)
