"""One connection to an upstream: sends a request, hands the answer to its receiver piece by piece."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Protocol, cast

from claudeflare.gateway.origin import Origin
from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.response_parser import ResponseHandler, ResponseParser


class Receiver(ResponseHandler, Protocol):
    """Who gets an answer. After `on_response_end` or `on_lost` nothing more comes."""

    def on_head_read(self) -> None:
        """The read that brought the head is over and the answer is not: what waits for more need wait no longer."""
        ...

    def on_lost(self, message: str) -> None:
        """The connection ended or misbehaved before the answer was complete."""
        ...

    def on_upstream_writable(self, writable: bool) -> None:
        """Back-pressure: whether more of the request may be written."""
        ...


class UpstreamConnection(asyncio.Protocol):
    """Serves one receiver at a time and goes back to its pool in between."""

    def __init__(self, origin: Origin, limits: HeadLimits, release: Callable[[UpstreamConnection], None]) -> None:
        self.origin = origin
        self.made_at = monotonic()
        self.idle_since = 0.0
        self.new_session: ssl.SSLObject | None = None
        """The TLS of a connection whose session nobody has kept yet."""
        self._release = release
        self._parser = ResponseParser(limits)
        self._receiver: Receiver | None = None
        self._transport: asyncio.Transport
        self._poll: select.poll | None = None
        self._paused = False
        self._request_sent = True
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = transport = cast(asyncio.Transport, transport)
        self.new_session = transport.get_extra_info("ssl_object")
        sock = transport.get_extra_info("socket")
        if sock is not None:
            self._poll = select.poll()
            self._poll.register(sock.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)

    @property
    def reusable(self) -> bool:
        """Whether an idle connection can take another request: open, and nothing has arrived on it since.

        Asked right before writing: the upstream may have closed in this very turn of the loop, and a request written
        to a closing connection is lost without anybody knowing whether it was billed.
        """
        if self.closed or self._transport.is_closing():
            return False
        return self._poll is None or not self._poll.poll(0)

    def send(self, method: bytes, head: bytes, body: bytes, receiver: Receiver, *, complete: bool = True) -> None:
        """Send a request; the answer goes to `receiver`. Unless `complete`, more body comes through `write`."""
        self._receiver = receiver
        self._request_sent = complete
        self._parser.expect(method, receiver)
        if body:
            self._transport.writelines((head, body))
        else:
            self._transport.write(head)

    def write(self, data: bytes) -> None:
        """More of a streamed request body, framed."""
        self._transport.write(data)

    def end_request(self) -> None:
        """The streamed body is whole. An answer that ends before this leaves the connection unusable."""
        self._request_sent = True

    def abort(self) -> None:
        """Drop the connection and its receiver at once: whatever the upstream still does is not wanted."""
        self._receiver = None
        self.closed = True
        self._transport.abort()

    def pause_reading(self) -> None:
        """Back-pressure: the client does not keep up."""
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """The client has caught up."""
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        receiver = self._receiver
        if receiver is None:
            # Unasked bytes on an idle connection: it is out of step, never to be used again.
            self.abort()
            return
        parser = self._parser
        awaited_head = parser.awaits_head
        try:
            parser.feed(data)
        except BadMessage as error:
            self._drop(error.message)
            return
        if self._receiver is not receiver:
            # It has aborted meanwhile; only a whole, clean answer leaves a reusable connection.
            return
        if parser.complete:
            self._finished()
        elif awaited_head and not parser.awaits_head:
            receiver.on_head_read()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        receiver = self._receiver
        if receiver is None:
            return
        try:
            ended = self._parser.end_of_input()
        except BadMessage as bad:
            ended, error = False, bad
        self._receiver = None
        if not ended:
            receiver.on_lost(f"The upstream closed the connection ({error or 'end of stream'}).")

    def pause_writing(self) -> None:
        if self._receiver is not None:
            self._receiver.on_upstream_writable(False)

    def resume_writing(self) -> None:
        if self._receiver is not None:
            self._receiver.on_upstream_writable(True)

    def _finished(self) -> None:
        self._receiver = None
        self.resume_reading()
        keep_alive = self._parser.keep_alive
        self._parser.forget()
        if self._request_sent and keep_alive and self._transport.get_write_buffer_size() == 0:
            self._release(self)
        else:
            self.abort()

    def _drop(self, message: str) -> None:
        receiver, complete = self._receiver, self._parser.complete
        self.abort()
        if receiver is not None and not complete:
            receiver.on_lost(message)

    def __repr__(self) -> str:
        state = "closed" if self.closed else "busy" if self._receiver is not None else "idle"
        return f"<UpstreamConnection {self.origin} {state}>"
