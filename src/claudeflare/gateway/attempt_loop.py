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
    next_step,
)
from claudeflare.balancing.lease import Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import AnswerLost, ConnectFailed, Outcome, Overloaded, ServerError
from claudeflare.gateway.attempt import Attempt, Phase
from claudeflare.gateway.exhaustion import refuse_exhausted
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.encoding import encode_request
from claudeflare.journal.records import Attempt as AttemptRecord

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange

COUNTED = (ConnectFailed, AnswerLost, ServerError, Overloaded)
"""Outcomes that use up `retry_attempts`; limits and refused credentials do not."""

STEP_NAMES: dict[type[Step], str] = {
    Relay: "relay", RetryHere: "retry", TryAnother: "another", RefreshThenRetry: "refresh", AnswerForUpstream: "refuse",
    Stop: "stop",
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
        self._attempts_here = 0
        self._counted = 0
        self.attempt: Attempt | None = None
        """The latest attempt."""

    # -- trying ----------------------------------------------------------------------------------------------------

    def take_account(self) -> None:
        """Choose an account this request has not tried, and try it."""
        server = self._server
        if not server.passes_through:
            taken = server.pool.acquire(self._pick, time(), self._tried)
            self._recording.picks.append(taken.pick)
            if isinstance(taken, Exhausted):
                self._nobody_left(taken)
                return
            self._lease = taken.lease
            server.publish(taken.changes)
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
        credential = self._server.credential(account.id) if account else None
        self.attempt = Attempt(self._exchange, self, record, credential)
        origin = self._server.upstream_of(account).origin
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
        upstream = self._server.upstream_of(self._lease.account if self._lease else None)
        # Derived from the client's head every time, so that each attempt is identical to the first.
        fields = exchange.provider.request_fields(head.fields, attempt.credential)
        if body.streamed:
            fields.append(_CHUNKED if body.length is None else (b"content-length", b"%d" % body.length))
        elif body.present:
            fields.append((b"content-length", b"%d" % body.received))
        request = encode_request(head.method, upstream.prefix + head.target, upstream.origin.host_field, fields)
        if body.streamed:
            connection.send(head.method, request, b"", attempt, complete=False)
            body.attach(connection)
            exchange.connection.resume_reading()
        else:
            connection.send(head.method, request, body.whole(), attempt)
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
        step = next_step(outcome, self._situation(), self._server.retry_rules, random.random())  # noqa: S311 jitter
        record = attempt.record
        record.ended_ms = self._recording.elapsed_ms(monotonic())
        record.outcome = _SNAKE.sub("_", type(outcome).__name__).lower()
        record.message = getattr(outcome, "message", None)
        record.next_step = STEP_NAMES[type(step)]
        record.maybe_billed = isinstance(outcome, AnswerLost)
        match step:
            case RetryHere(delay=delay):
                attempt.cancel()
                self._later(delay, self._try)
            case TryAnother(delay=delay):
                assert self._lease is not None, "without a lease there is no other account"
                self._tried.append(self._lease.account.id)
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

    def _situation(self) -> Situation:
        exchange = self._exchange
        return Situation(
            attempts_here=self._attempts_here,
            counted_attempts=self._counted,
            another_available=self.may_move(),
            replayable=not exchange.body.streamed,
            auxiliary=self._recording.facts.auxiliary,
            refreshed=True,  # no kind of account of this version has a credential that can be refreshed
            elapsed=monotonic() - self._recording.started,
        )

    def _nobody_left(self, exhausted: Exhausted) -> None:
        """No account can take it (any more): the last upstream answer if there is one, else our own."""
        attempt = self.attempt
        if attempt is None:
            self._exchange.refuse(refuse_exhausted(exhausted, time()))
        elif attempt.phase in (Phase.COLLECTING, Phase.HOLDING):
            attempt.record.next_step = STEP_NAMES[Relay]
            attempt.release()
        else:
            attempt.record.next_step = STEP_NAMES[AnswerForUpstream]
            self._answer_for_upstream(attempt)

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
            self._server.publish(self._server.pool.settle(lease, outcome, time(), random.random()))  # noqa: S311 jitter

    def learn_organization(self, organization: str) -> None:
        """Limits are shared by the accounts of one organization, and only answers say which that is."""
        if self._lease is not None:
            self._server.publish(self._server.pool.learn_organization(self._lease.account.id, organization))

    def cancel(self, outcome: Outcome) -> None:
        """Stop whatever is under way (idempotent)."""
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self.attempt is not None:
            self.attempt.cancel()
        self.settle(outcome)

    def forget(self) -> None:
        """Let go of the latest attempt: the request is over."""
        if self.attempt is not None:
            self.attempt.forget()
            self.attempt = None

    @property
    def waiting_for_upstream(self) -> bool:
        """The ball is in the upstream's court: not connecting, not pausing before a retry."""
        return self.attempt is not None and self._connecting is None and self._timer is None
