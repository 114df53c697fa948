"""Runs requests against modelled accounts in virtual time, and says how they fared."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from claudeflare.balancing.account import Account
from claudeflare.balancing.affinity import DEFAULT_SESSION_SECONDS
from claudeflare.balancing.failover import RetryRules
from claudeflare.balancing.pool import AccountPool
from claudeflare.balancing.waiting import WaitingQueue
from claudeflare.replay.clock import Clock
from claudeflare.replay.direct_call import DirectCall
from claudeflare.replay.journey import Journey, Route
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.tally import Tally
from claudeflare.replay.upstream import Upstream
from claudeflare.replay.waiting_room import WaitingRoom

Router = Callable[[ReplayedRequest], None]
"""Takes a request that a client sends now."""
MakeRouter = Callable[[Sequence[ModelledAccount], Upstream, Clock, Tally], Router]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide about a request, with the product's defaults."""

    policy: str = "session"
    session_seconds: float = DEFAULT_SESSION_SECONDS
    binding_outranks_priority: bool = True
    queue_max_wait: float = 60.0
    queue_limit: int = 1024
    queue_limit_bytes: int = 268_435_456
    retries: RetryRules = RetryRules()
    seed: int = 0
    """Of jitter."""

    def router(self, accounts: Sequence[ModelledAccount], upstream: Upstream, clock: Clock, tally: Tally) -> Router:
        """The product under these rules; a `MakeRouter`."""
        pool = AccountPool(self.policy, self.session_seconds, binding_outranks_priority=self.binding_outranks_priority)
        pool.configure([each.account for each in accounts], self.policy, self.session_seconds)
        room = WaitingRoom(pool, WaitingQueue(self.queue_limit, self.queue_limit_bytes), clock, self.queue_max_wait)
        chance = random.Random(self.seed)  # noqa: S311 reproducible jitter, not a secret
        route = Route(pool, room, upstream, clock, tally, self.retries, chance)
        return lambda request: Journey(route, request).begin()


class Simulation:
    """Open loop: clients send when they did, however long answers are delayed, and send nothing again."""

    def __init__(
        self,
        requests: Iterable[ReplayedRequest],
        accounts: Sequence[ModelledAccount],
        make_router: MakeRouter,
        tally: Tally,
    ) -> None:
        """`requests` come in the order of their times; they are taken one by one."""
        self.tally = tally
        self._clock = Clock()
        self._arrivals = iter(requests)
        self._router = make_router(accounts, Upstream(accounts, self._clock, tally), self._clock, tally)
        self._next_arrives()

    def advance(self, events: int) -> bool:
        """Let so many things happen; whether there are more to come."""
        return self._clock.run(events)

    def _next_arrives(self) -> None:
        request = next(self._arrivals, None)
        if request is not None:
            self._clock.at(request.at, lambda: self._arrives(request))

    def _arrives(self, request: ReplayedRequest) -> None:
        self.tally.sent(request)
        self._router(request)
        self._next_arrives()


def run(
    requests: Iterable[ReplayedRequest],
    accounts: Sequence[ModelledAccount],
    make_router: MakeRouter,
    tally: Tally,
) -> Tally:
    """How these requests fare on these accounts, all at once."""
    simulation = Simulation(requests, accounts, make_router, tally)
    while simulation.advance(1_000_000):
        pass
    return tally


def alone(
    accounts: Sequence[ModelledAccount], upstream: Upstream, clock: Clock, tally: Tally
) -> Router:  # fmt: skip
    """A `MakeRouter`: everything to the first account, without Claudeflare."""
    call = DirectCall(upstream, clock, tally)
    return lambda request: call.send(accounts[0].account.id, request)


UNLIMITED: Final = ModelledAccount(account=Account(id="unlimited", name="unlimited"), organization="unlimited")
"""Takes everything at once: the most that caches can give, and what that costs."""
