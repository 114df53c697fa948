"""What people use without Claudeflare: one account, accounts in turn, and failover that learns by being refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

from claudeflare.balancing.outcome import Outcome, RateLimited
from claudeflare.replay.clock import Clock
from claudeflare.replay.direct_call import DirectCall
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import Router
from claudeflare.replay.tally import Tally
from claudeflare.replay.upstream import AnswerStart, Upstream, Used


def single_account(accounts: Sequence[ModelledAccount], upstream: Upstream, clock: Clock, tally: Tally) -> Router:
    """The largest account takes everything; clients see what it says."""
    largest = max(accounts, key=lambda each: each.account.tier)
    call = DirectCall(upstream, clock, tally)
    return lambda request: call.send(largest.account.id, request)


def round_robin(accounts: Sequence[ModelledAccount], upstream: Upstream, clock: Clock, tally: Tally) -> Router:
    """Each account in turn; clients see what it says."""
    turns = cycle(accounts)
    call = DirectCall(upstream, clock, tally)
    return lambda request: call.send(next(turns).account.id, request)


def reactive(accounts: Sequence[ModelledAccount], upstream: Upstream, clock: Clock, tally: Tally) -> Router:
    """A session stays on its account; a 429 takes that account out for `retry-after`, and the next one is tried."""
    state = _Benches([each.account.id for each in accounts])
    return lambda request: _ReactiveCall(state, upstream, clock, tally, request).send()


ROUTERS: dict[str, Callable[[Sequence[ModelledAccount], Upstream, Clock, Tally], Router]] = {
    "one account": single_account,
    "in turn, no failover": round_robin,
    "reactive failover": reactive,
}


class _Benches:
    """Who is out until when, and where sessions are."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._turns = cycle(ids)
        self._count = len(ids)
        self._until: dict[tuple[str, str], float] = {}
        self._homes: dict[str, str] = {}

    def choose(self, request: ReplayedRequest, tried: set[str], now: float) -> str | None:
        """The session's account if it is in, else the next in turn that is."""
        home = self._homes.get(request.session)
        for candidate in ([home] if home else []) + [next(self._turns) for _ in range(self._count)]:
            if candidate not in tried and self._until.get((candidate, request.model_class), 0.0) <= now:
                self._homes[request.session] = candidate
                return candidate
        return None

    def bench(self, account_id: str, model_class: str, until: float) -> None:
        self._until[account_id, model_class] = until


class _ReactiveCall:
    def __init__(
        self, benches: _Benches, upstream: Upstream, clock: Clock, tally: Tally, request: ReplayedRequest
    ) -> None:
        self._benches = benches
        self._upstream = upstream
        self._clock = clock
        self._tally = tally
        self._request = request
        self._tried: set[str] = set()
        self._account = ""

    def send(self) -> None:
        account = self._benches.choose(self._request, self._tried, self._clock.now)
        if account is None:
            self._tally.limited(self._request, self._clock.now, len(self._tried))
            return
        self._account = account
        self._tried.add(account)
        self._upstream.send(account, self._request, self)

    def answer_begins(self, answer: AnswerStart) -> None:
        """Nothing is learned from good answers."""

    def answer_ends(self, used: Used) -> None:
        self._tally.ended(self._request, waited=0.0, accounts_tried=len(self._tried))

    def refused(self, answer: AnswerStart, outcome: Outcome) -> None:
        wait = outcome.retry_after if isinstance(outcome, RateLimited) else None
        self._benches.bench(self._account, self._request.model_class, self._clock.now + (wait or 1.0))
        self.send()
