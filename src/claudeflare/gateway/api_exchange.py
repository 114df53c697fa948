"""One proxied request from head to settled: choose, send, hold, decide, relay, record."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, assert_never

from claudeflare.balancing.affinity import session_key
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
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import (
    AnswerLost,
    ClientGone,
    ConnectFailed,
    Outcome,
    Overloaded,
    ServerError,
)
from claudeflare.gateway.answer import Answer
from claudeflare.gateway.attempt import Attempt, Phase
from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.exhaustion import refuse_exhausted
from claudeflare.gateway.recording import Ending, RequestRecording
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.request_body import RequestBody
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.encoding import encode_request
from claudeflare.http1.request_parser import RequestHead
from claudeflare.http1.response_parser import ResponseHead
from claudeflare.journal.records import Attempt as AttemptRecord

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.server import GatewayServer

SNAPSHOT_WAIT_SECONDS = 5.0
"""How long a request waits for a gateway that has just started to learn its accounts."""

NOT_READY = Refusal(503, "api_error", "Claudeflare is starting and does not know its accounts yet.", retry_after=2)

COUNTED = (ConnectFailed, AnswerLost, ServerError, Overloaded)
"""Outcomes that use up `retry_attempts`; limits and refused credentials do not."""


class ApiExchange(Exchange):
    """Nothing has reached the client before `commit`, so until then trying again is invisible."""

    def __init__(self, connection: ClientConnection, server: GatewayServer, head: RequestHead, body_limit: int) -> None:
        super().__init__(connection, server, head)
        self.provider = server.provider
        self.recording = RequestRecording(server.journal, server.ids.new(), head, connection.received_at)
        self.body = RequestBody(head, body_limit, server.settings.replay_limit_bytes)
        self._pick: PickRequest
        self._lease: Lease | None = None
        self._attempt: Attempt | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tried: list[str] = []
        self._attempts_here = 0
        self._counted = 0
        self._dispatched = False
        self._awaiting_snapshot_since: float | None = None
        self._answer: Answer | None = None
        self._client_writable = True

    # -- the request comes in --------------------------------------------------------------------------------------

    def opened(self) -> None:
        if self.body.streamed:
            self._dispatch()

    def on_body(self, data: bytes) -> None:
        self.body.add(data)
        if self.body.streamed and self.started and not self._dispatched and not self.ended:
            self._dispatch()
        if self.body.held_full:
            self.connection.pause_reading()

    def on_body_end(self) -> None:
        self.body.end()
        super().on_body_end()

    def ready(self) -> None:
        if not self._dispatched:
            self._dispatch()

    def _dispatch(self) -> None:
        """Everything needed to choose is known."""
        self._dispatched = True
        snapshot = self.server.snapshot
        if snapshot is None:
            self._awaiting_snapshot_since = monotonic()
            self.server.await_snapshot(self)
            return
        self.recording.work_begins(None if self._awaiting_snapshot_since else self.connection.received_at)
        self._awaiting_snapshot_since = None
        recording, head = self.recording, self.head
        recording.request_bytes = self.body.received
        whole = None if self.body.streamed else self.body.whole()
        facts = recording.facts = self.provider.facts(head.method, head.path, head.fields, whole)
        recording.policy = snapshot.strategy
        account = head.named.get(b"x-claudeflare-account")
        self._pick = PickRequest(
            session=session_key(recording.client_key, facts.session),
            model_class=facts.model_class,
            client_key=recording.client_key,
            account=account.decode("latin-1") if account is not None else None,
            auxiliary=facts.auxiliary,
        )
        recording.open()
        self._take_account()

    def snapshot_arrived(self) -> None:
        """The gateway knows its accounts now."""
        if not self.ended and self.refusal is None:
            self._dispatch()

    # -- attempts --------------------------------------------------------------------------------------------------

    def _take_account(self) -> None:
        server = self.server
        if not server.passes_through:
            taken = server.pool.acquire(self._pick, time(), self._tried)
            self.recording.picks.append(taken.pick)
            if isinstance(taken, Exhausted):
                self._nobody_left(taken)
                return
            assert isinstance(taken, Acquired)
            self._lease = taken.lease
            server.publish(taken.changes)
        self._attempts_here = 0
        self._try()

    def _try(self) -> None:
        """One more attempt on the account at hand."""
        self.recording.work_begins()
        self._timer = None
        if self._attempt is not None:
            self._attempt.cancel()
        self._attempts_here += 1
        account = self._lease.account if self._lease else None
        record = AttemptRecord(
            account_id=account.id if account else "",
            account=account.name if account else "",
            started_ms=self.recording.elapsed_ms(monotonic()),
        )
        self.recording.attempts.append(record)
        credential = self.server.credential(account.id) if account else None
        self._attempt = Attempt(self, record, credential)
        upstream = self.server.upstream_of(account)
        connection = self.server.upstreams.take(upstream.origin)
        if connection is not None:
            self._send(connection)
        else:
            self.recording.work_pauses()
            self._connecting = self.server.upstreams.connect(upstream.origin, self._connected)

    def _connected(self, connection: UpstreamConnection | None, problem: str) -> None:
        self._connecting = None
        attempt = self._attempt
        assert attempt is not None
        if connection is None:
            self.attempt_failed(attempt, ConnectFailed(problem))
            return
        self.recording.work_begins()
        attempt.record.connected_ms = self.recording.elapsed_ms(monotonic())
        self._send(connection)

    def _send(self, connection: UpstreamConnection) -> None:
        attempt, head, body = self._attempt, self.head, self.body
        assert attempt is not None
        attempt.connection = connection
        upstream = self.server.upstream_of(self._lease.account if self._lease else None)
        # Derived from the client's head every time, so that each attempt is identical to the first.
        fields = self.provider.request_fields(head.fields, attempt.credential)
        if body.streamed:
            framing = (b"content-length", b"%d" % body.length) if body.length is not None else _CHUNKED
            fields.append(framing)
            first = body.attach(connection)
            self.connection.resume_reading()
        else:
            first = body.whole()
            if body.present:
                fields.append((b"content-length", b"%d" % len(first)))
        request = encode_request(head.method, upstream.prefix + head.target, upstream.origin.host_field, fields)
        connection.send(head.method, request, first, attempt)
        self.recording.work_pauses()

    def may_move(self) -> bool:
        """Whether another account could take this request now."""
        if self._lease is None or self.body.streamed:
            return False
        tried = [*self._tried, self._lease.account.id]
        return self.server.pool.another_available(self._pick, time(), tried)

    def attempt_failed(self, attempt: Attempt, outcome: Outcome) -> None:
        """An attempt ended before anything of it reached the client: decide what follows and do it."""
        self.recording.work_begins()
        if isinstance(outcome, COUNTED):
            self._counted += 1
        step = next_step(outcome, self._situation(), self.server.retry_rules, random.random())  # noqa: S311 jitter
        record = attempt.record
        record.ended_ms = self.recording.elapsed_ms(monotonic())
        record.outcome = outcome_name(outcome)
        record.message = getattr(outcome, "message", None)
        record.next_step = STEP_NAMES[type(step)]
        record.maybe_billed = isinstance(outcome, AnswerLost)
        match step:
            case RetryHere(delay=delay):
                attempt.cancel()
                self._later(delay, self._try)
            case RefreshThenRetry():
                raise AssertionError("no account of this version can be refreshed; `refreshed` says so")
            case TryAnother(delay=delay):
                self._tried.append(self._settle(outcome))
                self._later(delay, self._take_account)
            case Relay():
                self._settle(outcome)
                attempt.release_failed()
            case AnswerForUpstream():
                self._settle(outcome)
                attempt.cancel()
                self.refuse(Refusal(502, "api_error", str(record.message), failure=True))
            case Stop():
                raise AssertionError("nothing was committed and the client is there")
            case _:
                assert_never(step)

    def _situation(self) -> Situation:
        return Situation(
            attempts_here=self._attempts_here,
            counted_attempts=self._counted,
            another_available=self.may_move(),
            replayable=not self.body.streamed,
            auxiliary=self.recording.facts.auxiliary,
            refreshed=True,  # no kind of account of this version has a credential that can be refreshed
            elapsed=monotonic() - self.recording.started,
        )

    def _nobody_left(self, exhausted: Exhausted) -> None:
        """No account can take it (any more): the last upstream answer if there is one, else our own."""
        attempt = self._attempt
        if attempt is not None and attempt.phase in (Phase.COLLECTING, Phase.HOLDING):
            attempt.record.next_step = STEP_NAMES[Relay]
            attempt.release_failed()
        else:
            self.refuse(refuse_exhausted(exhausted, time()))

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        self.recording.work_pauses()
        if delay > 0:
            self._timer = asyncio.get_running_loop().call_later(delay, action)
        else:
            action()

    def _settle(self, outcome: Outcome) -> str:
        """Tell the pool how the lease ended; gives the account's id."""
        lease, self._lease = self._lease, None
        if lease is None:
            return ""
        self.server.publish(self.server.pool.settle(lease, outcome, time(), random.random()))  # noqa: S311 jitter
        return lease.account.id

    def learn_organization(self, head: ResponseHead) -> None:
        """Limits are shared by the accounts of one organization, and only answers say which that is."""
        organization = self.provider.organization(head.fields)
        self.recording.organization_id = organization
        if organization is not None and self._lease is not None:
            changes = self.server.pool.learn_organization(self._lease.account.id, organization)
            if changes:
                self.server.publish(changes)

    # -- the answer goes out ---------------------------------------------------------------------------------------

    def commit(self, attempt: Attempt) -> Answer:
        """The client gets this attempt's answer."""
        self._answer = Answer(self, attempt)
        if not self._client_writable:
            attempt.connection.pause_reading()
        return self._answer

    def served(self, attempt: Attempt, outcome: Outcome) -> None:
        """The committed answer is over."""
        self._settle(outcome)

    def on_client_writable(self, writable: bool) -> None:
        self._client_writable = writable
        attempt = self._attempt
        if attempt is None or attempt.phase is not Phase.RELAYING or attempt.whole:
            return
        if writable:
            attempt.still_wanted()
            attempt.connection.resume_reading()
        else:
            attempt.connection.pause_reading()

    # -- other endings ---------------------------------------------------------------------------------------------

    def on_client_gone(self) -> None:
        self.ended = True
        if self._answer is not None:
            self._answer.client_left()
        else:
            self.recording.request_bytes = self.body.received
            status = 499  # nginx's number for it; no answer was sent
            self.recording.finish("client_closed", status, 0, Ending(error_message="The client closed the connection."))
        self.abandon()

    def abandon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._attempt is not None:
            self._attempt.cancel()
        self._settle(ClientGone())

    def record_refusal(self, refusal: Refusal) -> str:
        self.recording.request_bytes = self.body.received
        state = "error" if refusal.failure else "refused"
        ending = Ending(error_type=refusal.error_type, error_message=refusal.message)
        self.recording.finish(state, refusal.status, 0, ending)
        return self.recording.id

    def check_deadlines(self, now: float) -> None:
        attempt, settings = self._attempt, self.server.settings
        if self._awaiting_snapshot_since is not None:
            if now - self._awaiting_snapshot_since > SNAPSHOT_WAIT_SECONDS:
                self._awaiting_snapshot_since = None
                self.refuse(NOT_READY)
        elif attempt is not None and self._connecting is None and self._timer is None:
            if not self._client_writable or not self.complete:
                attempt.still_wanted()
            overdue = attempt.overdue(now, settings.first_byte_timeout, settings.idle_timeout)
            if overdue is not None and attempt.phase is not Phase.OVER:
                attempt.connection.abort()
                attempt.on_lost(overdue)


def outcome_name(outcome: Outcome) -> str:
    """The outcome's kind as records name it, e.g. `rate_limited`."""
    return _SNAKE.sub("_", type(outcome).__name__).lower()


STEP_NAMES: dict[type[Step], str] = {
    Relay: "relay", RetryHere: "retry", TryAnother: "another", RefreshThenRetry: "refresh", AnswerForUpstream: "refuse",
    Stop: "stop",
}  # fmt: skip

_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
_CHUNKED = (b"transfer-encoding", b"chunked")
