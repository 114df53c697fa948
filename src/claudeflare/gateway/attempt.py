"""One upstream attempt: takes the answer in, holds it while another account could still be tried, then relays it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
    from claudeflare.gateway.attempt_loop import AttemptLoop

ERROR_HOLD_BYTES = 262_144
"""A failed answer is held whole up to this size before anything is decided on it."""
STREAM_HOLD_BYTES = 65_536
"""A stream that has sent this much (comments, say) without an event is passed on as it is."""
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

    def __init__(
        self, exchange: ApiExchange, loop: AttemptLoop, record: AttemptRecord, credential: Credential | None
    ) -> None:
        self._exchange = exchange
        self._loop = loop
        self.record = record
        self.credential = credential
        self.phase = Phase.SENT
        self.head: ResponseHead
        self.meter: Meter
        self.connection: UpstreamConnection | None = None
        """None until connected."""
        self._answer: Answer | None = None
        """Set once the client gets this attempt's answer."""
        self.whole = False
        """The answer has come to its end."""
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._feed: Callable[[bytes], Signal]
        self._write: Callable[[bytes], None] | None = None
        """Where the answer's bytes go while they are relayed."""
        self._signals = Signal.NOTHING
        """What the meter noticed in the bytes that are held."""
        self.streaming = False
        self._hold_timer: asyncio.TimerHandle | None = None
        self._active = True
        self._active_at = monotonic()

    # -- receiver --------------------------------------------------------------------------------------------------

    def on_response(self, head: ResponseHead) -> None:
        recording, provider = self._exchange.recording, self._exchange.provider
        recording.work_begins()
        self.head = head
        self.record.first_byte_ms = recording.elapsed_ms(monotonic())
        self.record.status = head.status
        self.record.upstream_request_id = provider.upstream_request_id(head.named)
        recording.organization_id = provider.organization(head.named)
        if recording.organization_id is not None:
            self._loop.hold.learn_organization(recording.organization_id)
        self._loop.hold.learn_limits(head)
        self.streaming = head.named.get(b"content-type", b"")[:17].lower() == b"text/event-stream"
        self.meter = provider.meter(head.status, head.fields, streaming=self.streaming)
        if head.status >= 400:
            self.phase = Phase.COLLECTING
        elif self.streaming and not head.bodiless:
            self.phase = Phase.HOLDING
        else:
            self.release()
            return
        recording.work_pauses()

    def on_response_body(self, data: bytes) -> None:
        # Comes for every event of every stream: nothing is looked up here that was known when relaying began.
        self._active = True
        write = self._write
        if write is None:
            if self.phase is not Phase.OVER:
                self._hold(data)
            return
        signal = self._feed(data)
        if signal or not self.streaming:
            self._answer_begun.arriving(signal, len(data))
        write(data)

    def on_head_read(self) -> None:
        if self._answer is not None:
            self._exchange.writer.flush()

    def on_response_end(self) -> None:
        self.whole = True
        if self.phase is Phase.RELAYING:
            self._answer_begun.ended()
        elif self.phase is Phase.COLLECTING:
            self._loop.failed(self, self._classify())
        elif self.phase is Phase.HOLDING:
            if self._signals & Signal.FIRST_EVENT:
                # A whole stream without content is an answer all the same.
                self.release()
            else:
                self._loop.failed(self, AnswerLost("The upstream ended its stream before the first event."))

    def on_lost(self, message: str) -> None:
        self._exchange.body.detach()
        if self.phase is Phase.RELAYING:
            self._answer_begun.broke(message)
        elif self.phase is not Phase.OVER:
            self._cancel_hold()
            self._loop.failed(self, AnswerLost(message))

    def on_upstream_writable(self, writable: bool) -> None:
        if self._exchange.body.streamed:
            client = self._exchange.connection
            client.resume_reading() if writable else client.pause_reading()

    # -- relaying --------------------------------------------------------------------------------------------------

    @property
    def _answer_begun(self) -> Answer:
        assert self._answer is not None, "relaying begins with an answer"
        return self._answer

    def _hold(self, data: bytes) -> None:
        signal = self.meter.feed(data)
        self._signals |= signal
        self._held.append(data)
        self._held_bytes += len(data)
        if self.phase is Phase.COLLECTING:
            if self._held_bytes > ERROR_HOLD_BYTES:
                self._loop.failed(self, self._classify())
        elif signal & Signal.ERROR:
            self._cancel_hold()
            exchange = self._exchange
            outcome = exchange.provider.classify_stream_error(self.meter, exchange.recording.facts, time())
            self._loop.failed(self, outcome)
        elif self._held_bytes > STREAM_HOLD_BYTES:
            self.release()
        elif self._signals & Signal.FIRST_EVENT:
            self._exchange.recording.work_begins()
            if signal & (Signal.FIRST_CONTENT | Signal.FINISHED) or not self._loop.may_move():
                self.release()
                return
            self._exchange.recording.work_pauses()
            if self._hold_timer is None:
                self._hold_timer = asyncio.get_running_loop().call_later(HOLD_BACK_SECONDS, self.release)

    def release(self) -> None:
        """Pass on what is held, as it is; from now on every byte goes straight through."""
        self._cancel_hold()
        collected = self.phase is Phase.COLLECTING
        self.phase = Phase.RELAYING
        answer = self._answer = self._exchange.commit(self._loop, self)
        self._feed = self.meter.feed
        self._write = self._exchange.writer.body
        held, self._held = b"".join(self._held), []
        if held:
            if collected and self.whole:
                answer.content_arrived(len(held), last=True)
            elif self._signals:
                answer.signaled(self._signals, len(held))
            self._write(held)
        if self.whole:
            answer.ended()

    # -- flow and time ---------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """The client does not keep up: take no more from the upstream."""
        if self.connection is not None and not self.whole:
            self.connection.pause_reading()

    def resume(self) -> None:
        """The client has caught up."""
        self.excuse_silence()
        if self.connection is not None and not self.whole:
            self.connection.resume_reading()

    def cancel(self) -> None:
        """Want no more of it. An unfinished upstream is cut off, so that it stops working (and billing)."""
        self._cancel_hold()
        phase, self.phase = self.phase, Phase.OVER
        self._write = None
        if not self.whole and phase is not Phase.OVER and self.connection is not None:
            self._exchange.body.detach()
            self.connection.abort()

    def check_silence(self, now: float, first_byte_timeout: float, idle_timeout: float) -> None:
        """Give up on an upstream that has said nothing for too long. Asked about once a second: as exact as it gets."""
        if self._active:
            self._active = False
            self._active_at = now
            return
        sent = self.phase is Phase.SENT
        limit = first_byte_timeout if sent else idle_timeout
        if now - self._active_at <= limit or self.phase is Phase.OVER or self.connection is None:
            return
        self.connection.abort()
        what = "The upstream did not answer" if sent else "The upstream's answer stalled"
        self.on_lost(f"{what}: not a byte for {limit:g} s.")

    def forget(self) -> None:
        """Let go of the answer and the connection: the request is over."""
        self._answer = self._write = self.connection = None

    def excuse_silence(self) -> None:
        """What silence there was so far was ours or the client's, not the upstream's."""
        self._active = True

    def _classify(self) -> Outcome:
        exchange, fields = self._exchange, self.head.fields
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
