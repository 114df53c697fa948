"""The account side of one request: which account it holds, which it has tried, and its wait for one."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING

from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import Outcome, RateLimited
from claudeflare.gateway.account_wait import AccountWait
from claudeflare.gateway.counting import count_tokens

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.attempt import Attempt
    from claudeflare.http1.response_parser import ResponseHead


class AccountHold:
    """Holds at most one lease, or one place in the queue, and ends either in every ending."""

    def __init__(self, exchange: ApiExchange, pick: PickRequest) -> None:
        self._exchange = exchange
        self._server = exchange.server
        self._pick = pick
        self.lease: Lease | None = None
        self.limited_again = 0
        """How often an account has limited this request that had limited it before."""
        self._tried: list[str] = []
        self._limited: tuple[str, ...] = ()
        """Those it has tried that only have to be waited for."""
        self._wait: AccountWait | None = None
        self._caller: bytes | None = None
        """Digest of the caller's own credential while that is tried; there is no lease then."""
        self._caller_asked = False

    # -- taking ----------------------------------------------------------------------------------------------------

    def take(self) -> Exhausted | None:
        """Hold an account this request has not tried, or first the caller's own credential; if there is none, why."""
        server = self._server
        if server.callers is not None and not self._caller_asked:
            self._caller_asked = True
            self._caller = server.callers.choose(self._exchange.head, self._pick, time())
            if self._caller is not None:
                return None
        room = server.waiting
        if room.busy and (before := room.before(self._pick, self._tried)) is not None:
            return before
        taken = server.pool.acquire(self._pick, time(), self._tried, patient=room.open)
        if isinstance(taken, Exhausted):
            return taken
        self._exchange.recording.picks.append(taken.pick)
        self.hold(taken)
        return None

    def hold(self, taken: Acquired) -> None:
        """This account from now on."""
        self.lease = taken.lease
        self._server.publish(taken.changes)

    def try_limited_again(self) -> bool:
        """An account that was limited is as good as any, once its time has come. False: none was."""
        not_limited = [each for each in self._tried if each not in self._limited]
        if len(not_limited) == len(self._tried):
            return False
        self._tried = not_limited
        return True

    def wait(self, why: Exhausted, answered: Callable[[Acquired | Exhausted], None]) -> None:
        """Wait if that is of use, else `answered` is told so at once. It is told the pool's last word in any case."""
        wait = self._wait = self._wait or AccountWait(self._exchange, self._pick, answered)
        wait.begin(why, self._tried)

    @property
    def waiting(self) -> bool:
        """In the queue now."""
        return self._wait is not None and self._wait.active

    def another_available(self) -> bool:
        """Whether another account could take this request now."""
        if self.lease is None:
            # Behind the caller's own credential there are accounts, if only to be waited for.
            return self._caller is not None
        return self._server.pool.another_available(self._pick, time(), [*self._tried, self.lease.account.id])

    # -- learning --------------------------------------------------------------------------------------------------

    def stay_seconds(self, outcome: Outcome) -> float:
        """How long it had better wait for this account than go to another."""
        lease = self.lease if isinstance(outcome, RateLimited) else None
        return 0.0 if lease is None else self._server.pool.stay_seconds(lease, self._pick, time())

    def met_a_limit(self) -> None:
        """The account has limited it."""
        if self._wait is not None:
            self._wait.met_a_limit()
        if self.lease is not None:
            account_id = self.lease.account.id
            if account_id in self._limited:
                self.limited_again += 1
            else:
                self._limited += (account_id,)

    def knows_more(self, exhausted: Exhausted, account_id: str) -> bool:
        """Whether our own answer is better than that account's: of several limits that tells of one, or it is old."""
        if self._wait is not None and self._wait.waited:
            return True
        return len(exhausted.unavailable) > 1 and account_id in self._limited

    def learn_organization(self, organization: str) -> None:
        """Limits are shared by the accounts of one organization, and only answers say which that is."""
        if self.lease is not None:
            self._server.publish(self._server.pool.learn_organization(self.lease.account.id, organization))

    def learn_limits(self, head: ResponseHead) -> None:
        """An answer may have said what is left of its account's limits."""
        lease, pool, now = self.lease, self._server.pool, time()
        if lease is None or not (head.status >= 400 or pool.wants_limits(lease, now)):
            return
        reading = self._exchange.provider.limits(head.status, head.named)
        if reading is not None:
            self._server.publish(pool.learn_limits(lease, reading, now))
            if self._server.waiting.busy:
                self._server.waiting.wake()

    # -- ending ----------------------------------------------------------------------------------------------------

    def give_up(self, outcome: Outcome, attempt: Attempt | None) -> None:
        """Not this account again; see `settle`."""
        assert self.lease is not None or self._caller is not None, "without either there is no other account"
        if self.lease is not None:
            self._tried.append(self.lease.account.id)
        self.settle(outcome, attempt)

    def settle(self, outcome: Outcome, attempt: Attempt | None) -> None:
        """Tell the pool how the lease ended, if there is one still. `attempt`: the latest."""
        lease, self.lease = self.lease, None
        if self._caller is not None and self._server.callers is not None:
            self._server.callers.settle(self._caller, outcome, time())
            self._caller = None
        if lease is not None:
            if lease.reservation is not None:
                count_tokens(self._server.pool, lease, attempt, self._exchange.provider)
            self._server.publish(self._server.pool.settle(lease, outcome, time(), random.random()))  # noqa: S311 jitter
            if self._server.waiting.busy:
                self._server.waiting.wake()

    def stop_waiting(self) -> None:
        """Give its place in the queue away, if it has one (idempotent)."""
        if self._wait is not None:
            self._wait.leave()

    def forget(self) -> None:
        """The request is over; what waited for it points back to it."""
        self._wait = None

    def __repr__(self) -> str:
        held = self.lease.account.name if self.lease else "nothing"
        return f"<AccountHold {held}, {len(self._tried)} tried>"
