"""One request's wait for an account: made when the pool has none for it, kept until the request is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic, time
from typing import TYPE_CHECKING

import msgspec

from claudeflare.balancing.lane import Waiter
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.gateway.exhaustion import SHUTTING_DOWN, refuse_queue_full
from claudeflare.gateway.request_body import HELD_BYTES

if TYPE_CHECKING:
    from claudeflare.balancing.decision import Pick
    from claudeflare.gateway.api_exchange import ApiExchange


class AccountWait:
    """Enters and leaves the queue, any number of times within one deadline, and notes how long that took."""

    def __init__(
        self, exchange: ApiExchange, request: PickRequest, answered: Callable[[Acquired | Exhausted], None]
    ) -> None:
        """`answered` is called with a lease, or with the reasons why there is none."""
        self._exchange = exchange
        self._room = exchange.server.waiting
        self._answered = answered
        self._since: float | None = None
        self.waited = False
        """It has been in the queue at least once."""
        body, now = exchange.body, time()
        self._waiter = Waiter(
            request=request,
            since=now,
            deadline=now + self._room.longest,
            size=max(body.received, HELD_BYTES) if body.streamed else body.received,
            resume=self._over,
        )

    @property
    def active(self) -> bool:
        """In the queue now."""
        return self._since is not None

    def begin(self, why: Exhausted, exclude: Sequence[str]) -> None:
        """Wait for any account but those in `exclude` if that is of use; else answer or refuse at once."""
        picks = self._exchange.recording.picks
        if not self._room.helps(self._waiter, why):
            # A prediction may only delay.
            answer = self._exchange.server.pool.acquire(self._waiter.request, time(), exclude) if why.short else why
            picks.append(answer.pick)
            self._answered(answer)
            return
        self._waiter.exclude = tuple(exclude)
        if not self._room.enter(self._waiter, why):
            picks.append(_said(why.pick, f"{why.pick.why}, and the queue is full"))
            self._exchange.refuse(refuse_queue_full(why, time()))
            return
        picks.append(_said(why.pick, f"{why.pick.why}: the request waits"))
        self._since = monotonic()
        self.waited = True
        self._exchange.recording.work_pauses()

    def leave(self) -> None:
        """Wait no longer (idempotent)."""
        self._room.leave(self._waiter)
        self._note_time()

    def met_a_limit(self) -> None:
        """It was let go and limited all the same."""
        if self.waited:
            self._room.met_a_limit(self._waiter)

    def _over(self, answer: Acquired | Exhausted) -> None:
        seconds = self._note_time()
        recording = self._exchange.recording
        recording.work_begins()
        recording.picks.append(_said(answer.pick, f"after {seconds:.1f} s in the queue: {answer.pick.why}"))
        if self._exchange.server.draining:
            self._exchange.refuse(SHUTTING_DOWN)
        else:
            self._answered(answer)

    def _note_time(self) -> float:
        if self._since is None:
            return 0.0
        seconds, self._since = monotonic() - self._since, None
        self._exchange.recording.queued += seconds
        return seconds


def _said(pick: Pick, why: str) -> Pick:
    return msgspec.structs.replace(pick, why=why)
