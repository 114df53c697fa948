"""Which account, which attempt, and what follows its ending: the loop around one request's attempts."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, assert_never

from claudeflare.balancing.failover import (
    AnswerForUpstream,
    RefreshThenRetry,
    Relay,
    RetryHere,
    Situation,
    Step,
    Stop,
    TryAnother,
    Wait,
    next_step,
)
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import (
    AnswerLost,
    ConnectFailed,
    LimitKind,
    Outcome,
    Overloaded,
    RateLimited,
    ServerError,
)
from claudeflare.gateway.account_wait import AccountWait
from claudeflare.gateway.attempt import Attempt, Phase
from claudeflare.gateway.counting import count_tokens
from claudeflare.gateway.exhaustion import refuse_exhausted
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.relinking import receiver_of
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.encoding import encode_request
from claudeflare.journal.records import Attempt as AttemptRecord

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.http1.response_parser import ResponseHead

COUNTED = (ConnectFailed, AnswerLost, ServerError, Overloaded)
"""Outcomes that use up `retry_attempts`; limits and refused credentials do not."""

STEP_NAMES: dict[type[Step], str] = {
    Relay: "relay", RetryHere: "retry", TryAnother: "another", Wait: "wait", RefreshThenRetry: "refresh",
    AnswerForUpstream: "refuse", Stop: "stop",
}  # fmt: skip

_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
_CHUNKED = (b"transfer-encoding", b"chunked")


class AttemptLoop:
    """Takes leases, makes attempts, and does what `next_step` says. Holds at most one lease and one live attempt."""

    def __init__(self, exchange: ApiExchange, pick: PickRequest) -> None:
        self._exchange = exchange
        self._server = exchange.server
        self._recording = exchange.recording
        self._pick = pick
        self._lease: Lease | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tried: list[str] = []
        self._limited: tuple[str, ...] = ()
        """Those it has tried that only have to be waited for."""
        self._limited_again = 0
        self._wait: AccountWait | None = None
        self._attempts_here = 0
        self._counted = 0
        self.attempt: Attempt | None = None
        """The latest attempt."""

    # -- trying ----------------------------------------------------------------------------------------------------

    def take_account(self) -> None:
        """Choose an account this request has not tried, and try it."""
        server = self._server
        if server.directory.passes_through:
            self._attempts_here = 0
            self._try()
            return
        room = server.waiting
        if room.busy and (before := room.before(self._pick, self._tried)) is not None:
            self._nobody_free(before)
            return
        taken = server.pool.acquire(self._pick, time(), self._tried, patient=room.open)
        if isinstance(taken, Exhausted):
            self._nobody_free(taken)
            return
        self._recording.picks.append(taken.pick)
        self._begin(taken)

    def _begin(self, taken: Acquired) -> None:
        """The first attempt on an account."""
        self._lease = taken.lease
        self._server.publish(taken.changes)
        self._attempts_here = 0
        self._try()

    def _try(self) -> None:
        """One more attempt on the account at hand."""
        recording = self._recording
        recording.work_begins()
        self._timer = None
        if self.attempt is not None:
            self.attempt.cancel()
        self._attempts_here += 1
        account = self._lease.account if self._lease else None
        record = AttemptRecord(
            account_id=account.id if account else "",
            account=account.name if account else "",
            started_ms=recording.elapsed_ms(monotonic()),
        )
        recording.attempts.append(record)
        credential = self._server.directory.credential(account.id) if account else None
        self.attempt = Attempt(self._exchange, self, record, credential)
        origin = self._server.directory.upstream_of(account).origin
        connection = self._server.upstreams.take(origin)
        if connection is not None:
            self._send(self.attempt, connection)
        else:
            recording.work_pauses()
            self._connecting = self._server.upstreams.connect(origin, self._connected)

    def _connected(self, connection: UpstreamConnection | None, problem: str) -> None:
        self._connecting = None
        attempt = self.attempt
        assert attempt is not None
        if connection is None:
            self.failed(attempt, ConnectFailed(problem))
            return
        self._recording.work_begins()
        attempt.record.connected_ms = self._recording.elapsed_ms(monotonic())
        self._send(attempt, connection)

    def _send(self, attempt: Attempt, connection: UpstreamConnection) -> None:
        exchange = self._exchange
        head, body = exchange.head, exchange.body
        attempt.connection = connection
        upstream = self._server.directory.upstream_of(self._lease.account if self._lease else None)
        # Derived from the client's head every time, so that each attempt is identical to the first.
        fields = exchange.provider.request_fields(head.fields, attempt.credential)
        if body.streamed:
            fields.append(_CHUNKED if body.length is None else (b"content-length", b"%d" % body.length))
        elif body.present:
            fields.append((b"content-length", b"%d" % body.received))
        request = encode_request(head.method, upstream.prefix + head.target, upstream.host_field, fields)
        receiver = receiver_of(exchange, attempt) if self._recording.facts.auxiliary else attempt
        if body.streamed:
            connection.send(head.method, request, b"", receiver, complete=False)
            body.attach(connection)
            exchange.connection.resume_reading()
        else:
            connection.send(head.method, request, body.whole(), receiver)
        self._recording.work_pauses()

    # -- deciding --------------------------------------------------------------------------------------------------

    def may_move(self) -> bool:
        """Whether another account could take this request now."""
        if self._lease is None or self._exchange.body.streamed:
            return False
        return self._server.pool.another_available(self._pick, time(), [*self._tried, self._lease.account.id])

    def failed(self, attempt: Attempt, outcome: Outcome) -> None:
        """An attempt ended before anything of it reached the client: decide what follows and do it."""
        self._recording.work_begins()
        if isinstance(outcome, COUNTED):
            self._counted += 1
        step = next_step(outcome, self._situation(outcome), self._server.retry_rules, random.random())  # noqa: S311 jitter
        record = attempt.record
        record.ended_ms = self._recording.elapsed_ms(monotonic())
        record.outcome = _SNAKE.sub("_", type(outcome).__name__).lower()
        record.message = getattr(outcome, "message", None)
        record.next_step = STEP_NAMES[type(step)]
        record.maybe_billed = isinstance(outcome, AnswerLost)
        if isinstance(outcome, RateLimited) and outcome.kind is not LimitKind.WINDOWLESS:
            self._met_a_limit()
        match step:
            case RetryHere(delay=delay):
                attempt.cancel()
                self._later(delay, self._try)
            case TryAnother(delay=delay):
                assert self._lease is not None, "without a lease there is no other account"
                self._tried.append(self._lease.account.id)
                self.settle(outcome)
                self._later(delay, self.take_account)
            case Wait(delay=delay):
                self.settle(outcome)
                self._later(delay, self.take_account)
            case Relay():
                self.settle(outcome)
                attempt.release()
            case AnswerForUpstream():
                self.settle(outcome)
                self._answer_for_upstream(attempt)
            case RefreshThenRetry() | Stop():
                raise AssertionError(f"{step} makes no sense here: nothing can be refreshed, nothing was committed")
            case _:
                assert_never(step)

    def _situation(self, outcome: Outcome) -> Situation:
        exchange = self._exchange
        return Situation(
            attempts_here=self._attempts_here,
            counted_attempts=self._counted,
            another_available=self.may_move(),
            replayable=not exchange.body.streamed,
            pinned=self._pick.bound is not None,
            seeking=exchange.placement is not None and exchange.placement.seeking,
            auxiliary=self._recording.facts.auxiliary,
            refreshed=True,  # no kind of account of this version has a credential that can be refreshed
            may_wait=self._lease is not None,
            elapsed=monotonic() - self._recording.started - self._recording.queued,
            stay_seconds=self._stay_seconds(outcome),
            limited_again=self._limited_again,
        )

    def _stay_seconds(self, outcome: Outcome) -> float:
        lease = self._lease if isinstance(outcome, RateLimited) else None
        return 0.0 if lease is None else self._server.pool.stay_seconds(lease, self._pick, time())

    def _met_a_limit(self) -> None:
        if self._wait is not None:
            self._wait.met_a_limit()
        if self._lease is not None:
            account_id = self._lease.account.id
            if account_id in self._limited:
                self._limited_again += 1
            else:
                self._limited += (account_id,)

    def _nobody_free(self, why: Exhausted) -> None:
        """Nobody can take it at this moment: wait if that is of use, else say so."""
        not_limited = [each for each in self._tried if each not in self._limited]
        if len(not_limited) < len(self._tried):
            # An account that was limited is as good as any, once its time has come.
            self._tried = not_limited
            self.take_account()
            return
        wait = self._wait = self._wait or AccountWait(self._exchange, self._pick, self._answered)
        wait.begin(why, self._tried)
        if wait.active and self.attempt is not None:
            self.attempt.record.next_step = STEP_NAMES[Wait]
            self.attempt.cancel()

    def _answered(self, answer: Acquired | Exhausted) -> None:
        """The pool's last word, at once or after a wait."""
        if self._server.directory.passes_through:
            # The last account was removed meanwhile.
            self.take_account()
        elif isinstance(answer, Acquired):
            self._begin(answer)
        else:
            self._nobody_left(answer)

    def _nobody_left(self, exhausted: Exhausted) -> None:
        """No account can take it (any more): the last upstream answer if there is one, else our own."""
        attempt = self.attempt
        if attempt is None or self._knows_more(attempt, exhausted):
            if attempt is not None:
                attempt.record.next_step = STEP_NAMES[AnswerForUpstream]
            self._exchange.refuse(refuse_exhausted(exhausted, time()))
        elif attempt.phase in (Phase.COLLECTING, Phase.HOLDING):
            attempt.record.next_step = STEP_NAMES[Relay]
            attempt.release()
        else:
            attempt.record.next_step = STEP_NAMES[AnswerForUpstream]
            self._answer_for_upstream(attempt)

    def _knows_more(self, attempt: Attempt, exhausted: Exhausted) -> bool:
        """Whether our own answer is better than the upstream's: of several limits that tells of one, or it is old."""
        if self._wait is not None and self._wait.waited:
            return True
        return len(exhausted.unavailable) > 1 and attempt.record.account_id in self._limited

    def _answer_for_upstream(self, attempt: Attempt) -> None:
        self._exchange.refuse(Refusal(502, "api_error", str(attempt.record.message), failure=True))

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        self._recording.work_pauses()
        if delay > 0:
            self._timer = asyncio.get_running_loop().call_later(delay, action)
        else:
            action()

    # -- ending ----------------------------------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> None:
        """Tell the pool how the lease ended, if there is one still."""
        lease, self._lease = self._lease, None
        if lease is not None:
            if lease.reservation is not None:
                count_tokens(self._server.pool, lease, self.attempt, self._exchange.provider)
            self._server.publish(self._server.pool.settle(lease, outcome, time(), random.random()))  # noqa: S311 jitter
            if self._server.waiting.busy:
                self._server.waiting.wake()

    def learn_organization(self, organization: str) -> None:
        """Limits are shared by the accounts of one organization, and only answers say which that is."""
        if self._lease is not None:
            self._server.publish(self._server.pool.learn_organization(self._lease.account.id, organization))

    def learn_limits(self, head: ResponseHead) -> None:
        """An answer may have said what is left of its account's limits."""
        lease, pool, now = self._lease, self._server.pool, time()
        if lease is None or not (head.status >= 400 or pool.wants_limits(lease, now)):
            return
        reading = self._exchange.provider.limits(head.status, head.named)
        if reading is not None:
            self._server.publish(pool.learn_limits(lease, reading, now))
            if self._server.waiting.busy:
                self._server.waiting.wake()

    def cancel(self, outcome: Outcome) -> None:
        """Stop whatever is under way (idempotent)."""
        self.stop_waiting()
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self.attempt is not None:
            self.attempt.cancel()
        self.settle(outcome)

    def stop_waiting(self) -> None:
        """Give its place in the queue away, if it has one (idempotent)."""
        if self._wait is not None:
            self._wait.leave()

    def forget(self) -> None:
        """Let go of the latest attempt: the request is over."""
        self._wait = None
        if self.attempt is not None:
            self.attempt.forget()
            self.attempt = None

    @property
    def waiting_for_upstream(self) -> bool:
        """The ball is in the upstream's court: not connecting, not pausing before a retry."""
        paused = self._timer is not None or (self._wait is not None and self._wait.active)
        return self.attempt is not None and self._connecting is None and not paused
