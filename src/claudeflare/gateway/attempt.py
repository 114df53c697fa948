"""One upstream attempt: takes the answer in, holds it while another account could still be tried, then relays it."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from time import monotonic, time
from typing import TYPE_CHECKING

from claudeflare.balancing.outcome import AnswerLost, Outcome
from claudeflare.gateway.answer import Answer
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.response_parser import ResponseHead
from claudeflare.journal.records import Attempt as AttemptRecord
from claudeflare.providers.provider import Credential, Meter, Signal

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange

ERROR_HOLD_BYTES = 262_144
"""A failed answer is held whole up to this size before anything is decided on it."""
HOLD_BACK_SECONDS = 0.25
"""How long the start of a stream may be held for its first content, when there is another account to go to."""


class Phase(Enum):
    """How far an answer has come."""

    SENT = auto()
    """No byte of an answer yet."""
    COLLECTING = auto()
    """A failed answer is being read whole."""
    HOLDING = auto()
    """A stream has begun and nothing of it has been passed on."""
    RELAYING = auto()
    """Every byte goes to the client as it comes."""
    OVER = auto()


class Attempt:
    """Receiver of one answer. Decides nothing: tells its exchange what came, and does what that decides."""

    def __init__(self, exchange: ApiExchange, record: AttemptRecord, credential: Credential | None) -> None:
        self.exchange = exchange
        self.record = record
        self.credential = credential
        self.phase = Phase.SENT
        self.head: ResponseHead
        self.meter: Meter
        self.connection: UpstreamConnection
        self.answer: Answer
        self.whole = False
        """The answer has come to its end."""
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._signals = Signal.NOTHING
        """What the meter noticed in the bytes that are held."""
        self._remaining: int | None = None
        self._hold_timer: asyncio.TimerHandle | None = None
        self._active = True
        self._active_at = monotonic()

    # -- receiver --------------------------------------------------------------------------------------------------

    def on_response(self, head: ResponseHead) -> None:
        exchange = self.exchange
        exchange.recording.work_begins()
        self.head = head
        self.record.first_byte_ms = exchange.recording.elapsed_ms(monotonic())
        self.record.status = head.status
        self.record.upstream_request_id = exchange.provider.upstream_request_id(head.fields)
        exchange.learn_organization(head)
        streaming = head.named.get(b"content-type", b"")[:17].lower() == b"text/event-stream"
        self.meter = exchange.provider.meter(head.status, head.fields, streaming=streaming)
        if head.status >= 400:
            self.phase = Phase.COLLECTING
        elif streaming and not head.bodiless:
            self.phase = Phase.HOLDING
        else:
            if not head.bodiless:
                self._remaining = head.content_length
            self.release()

    def on_response_body(self, data: bytes) -> None:
        self._active = True
        if self.phase is Phase.RELAYING:
            self._relay(data)
        elif self.phase is not Phase.OVER:
            self._hold(data)

    def on_response_end(self) -> None:
        self.whole = True
        exchange = self.exchange
        if self.phase is Phase.RELAYING:
            self.answer.ended()
        elif self.phase is Phase.COLLECTING:
            exchange.attempt_failed(self, self._classify())
        elif self.phase is Phase.HOLDING:
            self._cancel_hold()
            if self._signals & Signal.FIRST_EVENT:
                # A whole stream without content: an answer all the same.
                self.release()
                self.answer.ended()
            else:
                exchange.attempt_failed(self, AnswerLost("The upstream ended its stream before the first event."))

    def on_lost(self, message: str) -> None:
        exchange = self.exchange
        exchange.body.detach()
        self._cancel_hold()
        if self.phase is Phase.RELAYING:
            self.answer.broke(message)
        elif self.phase is not Phase.OVER:
            exchange.attempt_failed(self, AnswerLost(message))

    def on_upstream_writable(self, writable: bool) -> None:
        if self.exchange.body.streamed:
            connection = self.exchange.connection
            connection.resume_reading() if writable else connection.pause_reading()

    # -- relaying --------------------------------------------------------------------------------------------------

    def _relay(self, data: bytes) -> None:
        signal = self.meter.feed(data)
        if self._remaining is not None:
            self._remaining -= len(data)
            self.answer.content_arrived(len(data), last=not self._remaining)
        elif signal:
            self.answer.signaled(signal, len(data))
        self.exchange.writer.body(data)

    def _hold(self, data: bytes) -> None:
        signal = self.meter.feed(data)
        self._signals |= signal
        self._held.append(data)
        self._held_bytes += len(data)
        if self.phase is Phase.COLLECTING:
            if self._held_bytes > ERROR_HOLD_BYTES:
                self.exchange.attempt_failed(self, self._classify())
            return
        if signal & Signal.ERROR:
            self._cancel_hold()
            exchange = self.exchange
            outcome = exchange.provider.classify_stream_error(self.meter, exchange.recording.facts, time())
            exchange.attempt_failed(self, outcome)
            return
        if not self._signals & Signal.FIRST_EVENT:
            return
        self.exchange.recording.work_begins()
        if signal & (Signal.FIRST_CONTENT | Signal.FINISHED) or not self.exchange.may_move():
            self.release()
        elif self._hold_timer is None:
            self._hold_timer = asyncio.get_running_loop().call_later(HOLD_BACK_SECONDS, self.release)

    def release(self) -> None:
        """Pass on what is held; from now on every byte goes straight through."""
        self._cancel_hold()
        self.phase = Phase.RELAYING
        self.answer = self.exchange.commit(self)
        held, self._held = b"".join(self._held), []
        if held:
            if self._signals:
                self.answer.signaled(self._signals, len(held))
            if self.whole:
                self.answer.content_arrived(len(held), last=True)
            self.exchange.writer.body(held)

    def release_failed(self) -> None:
        """Pass on a failed answer as it is: it is what the client gets. One still incomplete goes on being relayed."""
        self.release()
        if self.whole:
            self.answer.ended()

    # -- ends ------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Want no more of it. An unfinished upstream is cut off, so that it stops working (and billing)."""
        self._cancel_hold()
        phase, self.phase = self.phase, Phase.OVER
        if not self.whole and phase is not Phase.OVER:
            self.exchange.body.detach()
            self.connection.abort()

    def overdue(self, now: float, first_byte_timeout: float, idle_timeout: float) -> str | None:
        """What took too long, if anything did; asked about once a second, which is as exact as this gets."""
        if self._active:
            self._active = False
            self._active_at = now
        silent = now - self._active_at
        if self.phase is Phase.SENT:
            return f"The upstream sent nothing for {first_byte_timeout:g} s." if silent > first_byte_timeout else None
        return f"The upstream's answer stalled for {idle_timeout:g} s." if silent > idle_timeout else None

    def still_wanted(self) -> None:
        """Silence so far was ours, not the upstream's: the client did not read."""
        self._active = True

    def _classify(self) -> Outcome:
        exchange, fields = self.exchange, self.head.fields
        self.meter.finish()
        body = b"".join(self._held)
        self.record.error_body = exchange.provider.readable(fields, body)
        return exchange.provider.classify(
            self.head.status, fields, body, exchange.recording.facts, self.credential, time()
        )

    def _cancel_hold(self) -> None:
        if self._hold_timer is not None:
            self._hold_timer.cancel()
            self._hold_timer = None

    def __repr__(self) -> str:
        return f"<Attempt on {self.record.account or 'the caller'} {self.phase.name.lower()}>"
