"""One request's way through the pool: what `gateway.attempt_loop` does with it, without the bytes."""

from __future__ import annotations

import random
from collections.abc import Callable

from claudeflare.balancing.failover import (
    AnswerForUpstream,
    Relay,
    RetryHere,
    RetryRules,
    Situation,
    TryAnother,
    Wait,
    next_step,
)
from claudeflare.balancing.lane import Waiter, may_wait
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import Outcome, RateLimited, Served
from claudeflare.balancing.pool import AccountPool
from claudeflare.replay.clock import Clock
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.tally import Tally
from claudeflare.replay.upstream import AnswerStart, Upstream, Used
from claudeflare.replay.waiting_room import WaitingRoom

BYTES_PER_TOKEN = 4
"""`gateway.counting`: what a body's size says of its tokens before a session's own ratio is known."""


class Route:
    """What all requests of one simulation share."""

    def __init__(
        self, pool: AccountPool, room: WaitingRoom, upstream: Upstream, clock: Clock, tally: Tally, rules: RetryRules,
        random_: random.Random,
    ) -> None:  # fmt: skip
        self.pool = pool
        self.room = room
        self.upstream = upstream
        self.clock = clock
        self.tally = tally
        self.rules = rules
        self.random = random_


class Journey:
    """Holds at most one lease, like the loop it follows."""

    def __init__(self, route: Route, request: ReplayedRequest) -> None:
        self._route = route
        self._request = request
        self._pick = PickRequest(
            session=request.session,
            model_class=request.model_class,
            client_key=request.client_key,
            estimate=request.body_bytes // BYTES_PER_TOKEN,
            conversation=request.conversation,
            since=route.clock.now if route.room.open else 0.0,
        )
        self._started = route.clock.now
        self._lease: Lease | None = None
        self._tried: list[str] = []
        self._seen: set[str] = set()
        """Accounts it was sent to."""
        self._limited: tuple[str, ...] = ()
        self._limited_again = 0
        self._attempts_here = 0
        self._waiter: Waiter | None = None
        self._queued_since: float | None = None
        self._queued = 0.0
        self._paused = 0.0

    def begin(self) -> None:
        """The client sends it now."""
        route = self._route
        if route.room.busy:
            home = route.pool.home(self._pick, route.clock.now)
            lane = route.room.queue.lane(self._pick, self._tried, home)
            if lane is not None:
                self._nobody_free(lane.why)
                return
        taken = route.pool.acquire(self._pick, route.clock.now, self._tried, patient=route.room.open)
        if isinstance(taken, Exhausted):
            self._nobody_free(taken)
        else:
            self._take(taken)

    def _take(self, taken: Acquired) -> None:
        self._lease = taken.lease
        self._attempts_here = 0
        self._try()

    def _try(self) -> None:
        assert self._lease is not None
        self._attempts_here += 1
        self._seen.add(self._lease.account.id)
        self._route.upstream.send(self._lease.account.id, self._request, self)

    # -- what the upstream says --------------------------------------------------------------------------------------

    def answer_begins(self, answer: AnswerStart) -> None:
        """See `upstream.Listener`."""
        self._learn(answer)

    def answer_ends(self, used: Used) -> None:
        """See `upstream.Listener`."""
        route = self._route
        assert self._lease is not None
        if self._lease.reservation is not None:
            route.pool.counted(self._lease, used.limited_input, used.output)
        self._settle(Served())
        route.tally.ended(self._request, waited=self._queued + self._paused, accounts_tried=len(self._seen))

    def refused(self, answer: AnswerStart, outcome: Outcome) -> None:
        """See `upstream.Listener`."""
        route = self._route
        self._learn(answer)
        step = next_step(outcome, self._situation(), route.rules, route.random.random())
        if isinstance(outcome, RateLimited):
            self._met_a_limit()
        match step:
            case RetryHere(delay=delay):
                self._pause(delay, self._try)
            case TryAnother(delay=delay):
                assert self._lease is not None
                self._tried.append(self._lease.account.id)
                self._settle(outcome)
                self._pause(delay, self.begin)
            case Wait(delay=delay):
                self._settle(outcome)
                self._pause(delay, self.begin)
            case Relay() | AnswerForUpstream():
                self._settle(outcome)
                self._limit_the_client()
            case _:
                raise AssertionError(f"{step} cannot follow a limit")

    def _learn(self, answer: AnswerStart) -> None:
        route, lease = self._route, self._lease
        assert lease is not None
        route.pool.learn_organization(lease.account.id, answer.organization)
        now = route.clock.now
        if answer.status >= 400 or route.pool.wants_limits(lease, now):
            reading = answer.limits()
            if reading is not None:
                route.pool.learn_limits(lease, reading, now)
                route.room.wake()

    def _settle(self, outcome: Outcome) -> None:
        route, lease = self._route, self._lease
        self._lease = None
        if lease is not None:
            route.pool.settle(lease, outcome, route.clock.now, route.random.random())
            route.room.wake()

    def _situation(self) -> Situation:
        route = self._route
        assert self._lease is not None
        exclude = [*self._tried, self._lease.account.id]
        return Situation(
            attempts_here=self._attempts_here,
            another_available=route.pool.another_available(self._pick, route.clock.now, exclude),
            may_wait=True,
            elapsed=route.clock.now - self._started - self._queued,
            stay_seconds=route.pool.stay_seconds(self._lease, self._pick, route.clock.now),
            limited_again=self._limited_again,
        )

    def _met_a_limit(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            if self._route.room.busy:
                self._route.room.queue.slow_down(waiter, self._route.clock.now)
            waiter.returns += 1
        if self._lease is not None:
            account_id = self._lease.account.id
            if account_id in self._limited:
                self._limited_again += 1
            else:
                self._limited += (account_id,)

    def _pause(self, delay: float, action: Callable[[], None]) -> None:
        if delay > 0:
            self._paused += delay
            self._route.clock.after(delay, action)
        else:
            action()

    # -- waiting -----------------------------------------------------------------------------------------------------

    def _nobody_free(self, why: Exhausted) -> None:
        not_limited = [each for each in self._tried if each not in self._limited]
        if len(not_limited) < len(self._tried):
            self._tried = not_limited
            self.begin()
            return
        route, now = self._route, self._route.clock.now
        room = route.room
        waiter = self._waiter
        if waiter is None:
            deadline = now + room.longest
            size = self._request.body_bytes
            waiter = Waiter(request=self._pick, since=now, deadline=deadline, size=size, resume=self._over)
        if not (room.open and may_wait(why, waiter.deadline)):
            self._answered(route.pool.acquire(self._pick, now, self._tried) if why.short else why)
            return
        waiter.exclude = tuple(self._tried)
        if not room.enter(waiter, why):
            self._limit_the_client()
            return
        self._waiter = waiter
        self._queued_since = now

    def _over(self, answer: Acquired | Exhausted) -> None:
        if self._queued_since is not None:
            self._queued += self._route.clock.now - self._queued_since
            self._queued_since = None
        self._answered(answer)

    def _answered(self, answer: Acquired | Exhausted) -> None:
        if isinstance(answer, Acquired):
            self._take(answer)
        else:
            self._limit_the_client()

    def _limit_the_client(self) -> None:
        self._route.tally.limited(self._request, self._route.clock.now, len(self._seen))
