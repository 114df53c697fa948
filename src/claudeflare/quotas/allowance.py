"""Everything one gateway counts for one client key: rates, requests at once, and its part of the budgets."""

from __future__ import annotations

from math import ceil

import msgspec

from claudeflare.quotas import refused
from claudeflare.quotas.client_key import Budget, ClientKey, Period
from claudeflare.quotas.purse import Purse, Room
from claudeflare.quotas.rate_bucket import RateBucket
from claudeflare.quotas.refused import Refused


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a request is going to use, as far as can be said beforehand."""

    tokens: int = 0
    """Estimate of what counts against a rate."""
    usd: float | None = 0.0
    """The most it can cost; 0: nothing; None: nobody can say."""


class Reservation(msgspec.Struct, kw_only=True):
    """What an admitted request holds; given back with `Allowance.end`, once."""

    tokens: int
    usd: float
    starts: dict[Period, float]
    """The start of the period it was reserved in, of each purse."""


class Allowance:
    """One key's counters. A gateway that is one of several keeps its share of rates: together they let in the whole
    limit and at most one more each.
    """

    def __init__(self, key: ClientKey, workers: int, now: float) -> None:
        self._workers = workers
        self.key = key
        self.running = 0
        self.requests = self._bucket(key.requests_per_minute, now)
        self.tokens = self._bucket(key.tokens_per_minute, now)
        self.purses = [Purse(budget, key.zone, now) for budget in key.budgets]

    def configure(self, key: ClientKey, now: float) -> None:
        """Take the owner's limits over. What did not change goes on counting."""
        before, self.key = self.key, key
        if before.requests_per_minute != key.requests_per_minute:
            self.requests = self._bucket(key.requests_per_minute, now)
        if before.tokens_per_minute != key.tokens_per_minute:
            self.tokens = self._bucket(key.tokens_per_minute, now)
        if (before.budgets, before.zone) != (key.budgets, key.zone):
            kept = {purse.budget.period: purse for purse in self.purses if purse.zone == key.zone}
            self.purses = [self._purse(budget, kept.get(budget.period), now) for budget in key.budgets]

    def _bucket(self, limit: int | None, now: float) -> RateBucket | None:
        return None if limit is None else RateBucket(float(ceil(limit / self._workers)), now)

    def _purse(self, budget: Budget, kept: Purse | None, now: float) -> Purse:
        if kept is None:
            return Purse(budget, self.key.zone, now)
        kept.budget = budget
        kept.end_lease()
        return kept

    def refusal(self, demand: Demand, now: float) -> Refused | None:
        """Which of the limits but budgets refuses this request now."""
        key = self.key
        if key.concurrency is not None and self.running >= ceil(key.concurrency / self._workers):
            return refused.concurrency_refused(key)
        if self.requests is not None and (seconds := self.requests.seconds_until(1, now)) > 0:
            return refused.rate_refused(key, "requests", seconds)
        if self.tokens is not None and (seconds := self.tokens.seconds_until(demand.tokens, now)) > 0:
            return refused.rate_refused(key, "tokens", seconds)
        return None

    def room(self, demand: Demand, now: float) -> tuple[Room, Purse | None]:
        """Whether every budget has room for it, and the one that has least."""
        least: tuple[Room, Purse | None] = Room.YES, None
        if not demand.usd:
            return least
        for purse in self.purses:
            purse.roll(now)
            room = purse.room(demand.usd, now)
            if room is Room.NO:
                return room, purse
            if room is Room.SOON and least[0] is Room.YES:
                least = room, purse
        return least

    def begin(self, demand: Demand, now: float) -> Reservation:
        """Let a request in: it counts from now on."""
        self.running += 1
        if self.requests is not None:
            self.requests.take(1, now)
        if self.tokens is not None:
            self.tokens.take(demand.tokens, now)
        usd = demand.usd or 0.0
        starts: dict[Period, float] = {purse.budget.period: purse.reserve(usd) for purse in self.purses}
        return Reservation(tokens=demand.tokens, usd=usd, starts=starts)

    def end(self, reservation: Reservation, tokens: int, usd: float, now: float) -> None:
        """A request has ended and used this much."""
        self.running -= 1
        if self.tokens is not None:
            self.tokens.take(tokens - reservation.tokens, now)
        for purse in self.purses:
            start = reservation.starts.get(purse.budget.period)
            if start is not None:
                purse.settle(start, reservation.usd, usd)

    def __repr__(self) -> str:
        return f"<Allowance of {self.key.name}: {self.running} running, {self.purses}>"
