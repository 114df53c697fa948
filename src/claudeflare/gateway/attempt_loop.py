"""Which account, which attempt, and what follows its ending: the loop around one request's attempts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, assert_never

from claudeflare.balancing.failover import (
    AnswerForUpstream,
    RefreshThenRetry,
    Relay,
    RetryHere,
    Situation,
    Stop,
    TryAnother,
    Wait,
    next_step,
)
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.outcome import (
    AnswerLost,
    ConnectFailed,
    CredentialRefused,
    LimitKind,
    Outcome,
    Overloaded,
    RateLimited,
    ServerError,
)
from claudeflare.gateway.account_hold import AccountHold
from claudeflare.gateway.attempt import Attempt, Phase
from claudeflare.gateway.attempt_record import begin_record, end_record, note_step
from claudeflare.gateway.credential_renewal import CredentialRenewal
from claudeflare.gateway.exhaustion import refuse_exhausted, refuse_without_token
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.relinking import receiver_of
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.encoding import encode_request

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.providers.provider import Credential

COUNTED = (ConnectFailed, AnswerLost, ServerError, Overloaded)
"""Outcomes that use up `retry_attempts`; limits and refused credentials do not."""

_CHUNKED = (b"transfer-encoding", b"chunked")


class AttemptLoop:
    """Makes attempts on the account at hand, and does what `next_step` says. Has at most one live attempt."""

    def __init__(self, exchange: ApiExchange, pick: PickRequest) -> None:
        self._exchange = exchange
        self._server = exchange.server
        self._recording = exchange.recording
        self._pick = pick
        self.hold = AccountHold(exchange, pick)
        self._connecting: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._attempts_here = 0
        self._counted = 0
        self._renewal: CredentialRenewal | None = None
        """Of the account at hand, if control was asked for a newer credential."""
        self.attempt: Attempt | None = None
        """The latest attempt."""

    # -- trying ----------------------------------------------------------------------------------------------------

    def take_account(self) -> None:
        """Choose an account this request has not tried, and try it."""
        if not self._server.directory.passes_through and (why := self.hold.take()) is not None:
            self._nobody_free(why)
        else:
            self._begin()

    def _begin(self) -> None:
        """The first attempt on an account, or with the caller's own credential."""
        self._attempts_here = 0
        self._renewal = None
        if self.hold.lease is None and (refusal := self._server.client_keys.misplaced(self._exchange.head)) is not None:
            self._exchange.refuse(refusal)
            return
        self._try()

    def _try(self) -> None:
        """One more attempt on the account at hand."""
        recording = self._recording
        recording.work_begins()
        self._timer = None
        lease = self.hold.lease
        account = lease.account if lease else None
        credential = self._server.directory.credential(account.id) if account else None
        if (
            credential is not None
            and credential.usable_until is not None
            and self._renewal is None
            and credential.usable_until <= time()
        ):
            self._renew(credential, refused=False)
            return
        if self.attempt is not None:
            self.attempt.cancel()
        self._attempts_here += 1
        record = begin_record(lease, recording.elapsed_ms(monotonic()))
        recording.attempts.append(record)
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
        upstream = self._server.directory.upstream_of(self.hold.lease.account if self.hold.lease else None)
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
        return not self._exchange.body.streamed and self.hold.another_available()

    def failed(self, attempt: Attempt, outcome: Outcome) -> None:
        """An attempt ended before anything of it reached the client: decide what follows and do it."""
        self._recording.work_begins()
        if isinstance(outcome, COUNTED):
            self._counted += 1
        step = next_step(outcome, self._situation(outcome), self._server.retry_rules, random.random())  # noqa: S311 jitter
        end_record(attempt.record, outcome, step, self._recording.elapsed_ms(monotonic()))
        if isinstance(outcome, RateLimited) and outcome.kind is not LimitKind.WINDOWLESS:
            self.hold.met_a_limit()
        match step:
            case RetryHere(delay=delay):
                attempt.cancel()
                self._later(delay, self._try)
            case TryAnother(delay=delay):
                self.hold.give_up(outcome, attempt)
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
            case RefreshThenRetry():
                assert attempt.credential is not None, "only a credential of ours is refreshable"
                self._renew(attempt.credential, refused=True)
            case Stop():
                raise AssertionError(f"{step} makes no sense here: nothing was committed")
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
            refreshed=self._renewal is not None,
            may_wait=self.hold.lease is not None,
            elapsed=monotonic() - self._recording.started - self._recording.queued,
            stay_seconds=self.hold.stay_seconds(outcome),
            limited_again=self.hold.limited_again,
        )

    def _nobody_free(self, why: Exhausted) -> None:
        """Nobody can take it at this moment: wait if that is of use, else say so."""
        if self.hold.try_limited_again():
            self.take_account()
            return
        self.hold.wait(why, self._answered)
        if self.hold.waiting and self.attempt is not None:
            note_step(self.attempt.record, Wait)
            self.attempt.cancel()

    def _answered(self, answer: Acquired | Exhausted) -> None:
        """The pool's last word, at once or after a wait."""
        if self._server.directory.passes_through:
            # The last account was removed meanwhile.
            self.take_account()
        elif isinstance(answer, Acquired):
            self.hold.hold(answer)
            self._begin()
        else:
            self._nobody_left(answer)

    def _nobody_left(self, exhausted: Exhausted) -> None:
        """No account can take it (any more): the last upstream answer if there is one, else our own."""
        attempt = self.attempt
        if attempt is None or self.hold.knows_more(exhausted, attempt.record.account_id):
            if attempt is not None:
                note_step(attempt.record, AnswerForUpstream)
            self._exchange.refuse(refuse_exhausted(exhausted, time()))
        elif attempt.phase in (Phase.COLLECTING, Phase.HOLDING):
            note_step(attempt.record, Relay)
            attempt.release()
        else:
            note_step(attempt.record, AnswerForUpstream)
            self._answer_for_upstream(attempt)

    def _answer_for_upstream(self, attempt: Attempt) -> None:
        self._exchange.refuse(Refusal(502, "api_error", str(attempt.record.message), failure=True))

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        self._recording.work_pauses()
        if delay > 0:
            self._timer = asyncio.get_running_loop().call_later(delay, action)
        else:
            action()

    # -- a newer credential ----------------------------------------------------------------------------------------

    def _renew(self, credential: Credential, *, refused: bool) -> None:
        lease = self.hold.lease
        assert lease is not None, "the caller's own credential is not ours to renew"
        self._recording.work_pauses()
        self._renewal = CredentialRenewal(self._server.control.credential_questions, self._told_credential)
        self._renewal.ask(lease.account.id, credential, refused=refused)

    def _told_credential(self, credential: Credential | None, words: str) -> None:
        self._recording.work_begins()
        if credential is not None:
            self._try()
            return
        if self.attempt is not None:
            # The API's 401 means the account, and the client would take it to mean its own credential.
            self.attempt.cancel()
            self.attempt.forget()
            self.attempt = None
        outcome = CredentialRefused(words, refreshable=True)
        step = next_step(outcome, self._situation(outcome), self._server.retry_rules, 0.0)
        elapsed_ms = self._recording.elapsed_ms(monotonic())
        record = begin_record(self.hold.lease, elapsed_ms)
        self._recording.attempts.append(record)
        end_record(record, outcome, step if isinstance(step, TryAnother) else AnswerForUpstream(), elapsed_ms)
        if isinstance(step, TryAnother):
            self.hold.give_up(outcome, None)
            self.take_account()
        else:
            self.hold.settle(outcome, None)
            self._exchange.refuse(refuse_without_token(record.account, words))

    # -- ending ----------------------------------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> None:
        """Tell the pool how the lease ended, if there is one still."""
        self.hold.settle(outcome, self.attempt)

    def cancel(self, outcome: Outcome) -> None:
        """Stop whatever is under way (idempotent)."""
        self.stop_waiting()
        if self._renewal is not None:
            self._renewal.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self.attempt is not None:
            self.attempt.cancel()
        self.settle(outcome)

    def stop_waiting(self) -> None:
        """Give its place in the queue away, if it has one (idempotent)."""
        self.hold.stop_waiting()

    def forget(self) -> None:
        """Let go of the latest attempt: the request is over."""
        self.hold.forget()
        self._renewal = None
        if self.attempt is not None:
            self.attempt.forget()
            self.attempt = None

    @property
    def waiting_for_upstream(self) -> bool:
        """The ball is in the upstream's court: not connecting, not pausing before a retry."""
        renewing = self._renewal is not None and self._renewal.active
        paused = self._timer is not None or renewing or self.hold.waiting
        return self.attempt is not None and self._connecting is None and not paused
