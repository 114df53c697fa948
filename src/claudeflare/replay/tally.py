"""Counts what happens in one simulation, and sums it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from claudeflare.providers.usage import TokenCounts
from claudeflare.replay.request import LONG_CACHE_SECONDS, ReplayedRequest

Price = Callable[[str, TokenCounts, float], float | None]
"""USD of a model's tokens at a time; None when the model's price is not known."""

MINUTE: Final = 60.0


class AccountTally(msgspec.Struct):
    """What one account did."""

    requests: int = 0
    refused: int = 0
    """429 answers of the API."""
    limited_input: int = 0
    """Input tokens that counted against limits."""


class Tally:
    """Of one simulation. Waits are seconds in Claudeflare's queue and its pauses, for requests that were answered."""

    def __init__(self, price: Price | None = None, since: float = 0.0) -> None:
        """Requests sent before `since` are not counted: they only bring the accounts into a usual state."""
        self._price = price
        self._since = since
        self.requests = 0
        self.answered_requests = 0
        self.client_limited = 0
        """Requests that ended for their client with a limit: nobody could take them, or a 429 was passed on."""
        self.first_client_limit: tuple[float, str] | None = None
        """When, and for which model class."""
        self.upstream_limits = 0
        self.failovers = 0
        """Accounts tried beyond a request's first."""
        self.moves = 0
        """Answers from another account than the one that gave the conversation's last."""
        self.waits: list[float] = []
        """Those that were not 0."""
        self.cache_read = 0
        self.cache_written = 0
        self.uncached = 0
        self.output = 0
        self.cost = 0.0
        self.priced = 0
        """Requests whose price is known."""
        self.unpriced = 0
        self.accounts: dict[str, AccountTally] = {}
        self.minutes: dict[int, dict[str, int]] = {}
        """Minute (epoch seconds / 60) -> model class -> input counted against limits by requests let in then."""
        self._holders: dict[str, str] = {}

    def let_in(self, account_id: str, request: ReplayedRequest, limited_input: int, cache_read: int, at: float) -> None:
        """The API let this request in at that time."""
        if request.at < self._since:
            return
        account = self._account(account_id)
        account.requests += 1
        account.limited_input += limited_input
        minute = self.minutes.setdefault(int(at // MINUTE), {})
        minute[request.model_class] = minute.get(request.model_class, 0) + limited_input
        written = request.prefix - cache_read
        self.cache_read += cache_read
        self.cache_written += written
        self.uncached += request.uncached
        self.output += request.output
        before = self._holders.get(request.conversation)
        if before != account_id:
            self.moves += before is not None
            self._holders[request.conversation] = account_id
        if self._price is not None:
            long = request.cache_seconds >= LONG_CACHE_SECONDS
            tokens = TokenCounts(
                input=request.uncached,
                cache_write_5m=0 if long else written,
                cache_write_1h=written if long else 0,
                cache_read=cache_read,
                output=request.output,
            )
            cost = self._price(request.model, tokens, at)
            self.priced += cost is not None
            self.unpriced += cost is None
            self.cost += cost or 0.0

    def sent(self, request: ReplayedRequest) -> None:
        """A client sends it."""
        self.requests += request.at >= self._since

    def upstream_limited(self, account_id: str, request: ReplayedRequest) -> None:
        """The API said 429."""
        if request.at < self._since:
            return
        self.upstream_limits += 1
        self._account(account_id).refused += 1

    def ended(self, request: ReplayedRequest, *, waited: float, accounts_tried: int) -> None:
        """A client got its answer."""
        if request.at < self._since:
            return
        self.answered_requests += 1
        self.failovers += max(accounts_tried - 1, 0)
        if waited > 0.0:
            self.waits.append(waited)

    def limited(self, request: ReplayedRequest, now: float, accounts_tried: int) -> None:
        """A client was told of a limit."""
        if request.at < self._since:
            return
        self.client_limited += 1
        self.failovers += max(accounts_tried - 1, 0)
        if self.first_client_limit is None:
            self.first_client_limit = now, request.model_class

    def wait_at(self, share: float) -> float:
        """The wait that this share of the answered requests did not exceed: 0.5 for the median."""
        rank = int(share * self.answered_requests)
        zeros = self.answered_requests - len(self.waits)
        if rank < zeros:
            return 0.0
        return sorted(self.waits)[min(rank - zeros, len(self.waits) - 1)] if self.waits else 0.0

    def _account(self, account_id: str) -> AccountTally:
        return self.accounts.setdefault(account_id, AccountTally())

    def __repr__(self) -> str:
        return f"<Tally {self.answered_requests} of {self.requests} answered, {self.client_limited} limited>"
