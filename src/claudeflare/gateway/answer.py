"""The answer a client gets from an upstream: its head, its recording in time, its end or breaking off."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from claudeflare.balancing.outcome import Interrupted, Outcome, Served
from claudeflare.gateway.placement import learn
from claudeflare.gateway.recording import Ending
from claudeflare.providers.provider import Signal

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.attempt import Attempt
    from claudeflare.gateway.attempt_loop import AttemptLoop


class Answer:
    """Begins when an attempt is committed: from then on nothing can be tried elsewhere."""

    def __init__(self, exchange: ApiExchange, loop: AttemptLoop, attempt: Attempt) -> None:
        self._exchange = exchange
        self._loop = loop
        self._attempt = attempt
        self._meter = attempt.meter
        self._failed = attempt.record.outcome != ""
        """The answer is an error that was decided on before: its account is settled."""
        self._error_seen = False
        self._message_done = False
        head = attempt.head
        counted = not (self._failed or attempt.streaming or head.bodiless)
        self._remaining = head.content_length if counted else None
        """Body bytes still to come of a good answer that announced its length and is no stream."""
        self._send_head()

    def _send_head(self) -> None:
        exchange, head, recording = self._exchange, self._attempt.head, self._exchange.recording
        fields = exchange.provider.response_fields(head.fields)
        fields.append((b"x-claudeflare-request-id", recording.id.encode()))
        if self._attempt.record.account:
            fields.append((b"x-claudeflare-account", self._attempt.record.account.encode()))
        fields.append((b"x-claudeflare-attempts", b"%d" % len(recording.attempts)))
        if exchange.visit is not None and exchange.visit.would_refuse is not None:
            fields.append((b"x-claudeflare-would-refuse", exchange.visit.would_refuse.encode()))
        if not exchange.complete:
            # An early answer: what is left of the request will not be read.
            exchange.writer.persistent = False
        length = None if head.status == 204 else head.content_length
        if head.bodiless or length == 0:
            self._meter.finish()
            self._finish("complete", 0)
        exchange.writer.head(head.status, head.reason, fields, length, bodiless=head.bodiless)
        recording.first_byte = monotonic()
        recording.work_pauses()

    def arriving(self, signal: Signal, size: int) -> None:
        """About to be sent: `size` more bytes, in which the meter noticed `signal`."""
        if self._remaining is not None:
            self._remaining -= size
            self.content_arrived(size, last=not self._remaining)
        elif signal:
            self.signaled(signal, size)

    def content_arrived(self, size: int, *, last: bool) -> None:
        """About to be sent: `size` more bytes of an answer that is no stream; `last` when nothing follows."""
        recording = self._exchange.recording
        if recording.first_content is None:
            recording.first_content = monotonic()
        if last:
            # Recorded before these bytes leave: with them the client has its answer, and may kill us.
            self._meter.finish()
            self._finish("complete", size)

    def signaled(self, signal: Signal, size: int) -> None:
        """The meter noticed something in the bytes that are about to be sent (`size` of them)."""
        recording = self._exchange.recording
        if signal & Signal.FIRST_CONTENT and recording.first_content is None:
            recording.first_content = monotonic()
        if signal & Signal.ERROR:
            # Clients stop reading at an error event, as they do at the end of a message.
            self._error_seen = True
            self._meter.finish()
            self._finish("truncated" if recording.first_content else "error", size)
        elif signal & Signal.FINISHED:
            self._message_done = True
            self._finish("complete", size)

    def ended(self) -> None:
        """The upstream's answer is whole: end ours."""
        exchange = self._exchange
        self._meter.finish()
        cut = self._attempt.streaming and self._begun_message and not (self._message_done or self._error_seen)
        self._finish("truncated" if cut else "complete", 0)
        exchange.writer.end()
        exchange.recording.last_byte(exchange.writer.body_bytes)
        broken = cut or self._error_seen
        self._settle(
            Interrupted("The stream ended without its message.") if broken else Served(self._attempt.head.status)
        )
        exchange.end()

    def broke(self, message: str) -> None:
        """The upstream's answer will not come to its end: say so to the client, and let it see the break."""
        exchange = self._exchange
        self._meter.finish()
        whole = self._message_done or self._error_seen
        if not whole:
            self._finish("truncated", 0, message)
            if self._attempt.streaming:
                exchange.writer.body(exchange.provider.error_event("api_error", message, exchange.recording.id))
        self._settle(Served(self._attempt.head.status) if self._message_done else Interrupted(message))
        # FIN without the body's end, and no reset: what was sent arrives, and it is plain that more was due.
        exchange.cut_off()

    def client_left(self) -> None:
        """The client is gone before the end."""
        if self._message_done:
            self._settle(Served(self._attempt.head.status))
        self._meter.finish()
        self._finish("client_closed", 0)

    @property
    def _begun_message(self) -> bool:
        return self._meter.message_id is not None or self._exchange.recording.first_content is not None

    def _settle(self, outcome: Outcome) -> None:
        if not self._failed:
            self._loop.settle(outcome)

    def _finish(self, state: str, size: int, message: str | None = None) -> None:
        exchange, meter, attempt = self._exchange, self._meter, self._attempt
        recording = exchange.recording
        if recording.finished is not None:
            return
        if not self._failed:
            attempt.record.ended_ms = recording.elapsed_ms(monotonic())
            attempt.record.outcome = (
                "served" if state == "complete" else "client_gone" if state == "client_closed" else "interrupted"
            )
            attempt.record.message = message or (meter.error_message if state != "complete" else None)
            attempt.record.next_step = "relay"
        if meter.holdings or exchange.placement is not None:
            learn(exchange, attempt.record, meter)
        encoding = attempt.head.named.get(b"content-encoding")
        recording.finish(
            state,
            attempt.head.status,
            exchange.writer.body_bytes + size,
            Ending(
                meter,
                meter.error_type or ("api_error" if message else None),
                meter.error_message or message,
                encoding.decode("latin-1") if encoding else None,
            ),
        )
