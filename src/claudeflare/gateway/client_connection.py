"""One client's connection: parses its requests, runs their exchanges one at a time and in order."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, cast

from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.peer import peer_address
from claudeflare.gateway.refusal import refusal_of
from claudeflare.gateway.response_writer import ResponseWriter, WriterType
from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import CONTINUE
from claudeflare.http1.request_parser import RequestHead, RequestParser

if TYPE_CHECKING:
    from claudeflare.gateway.server import GatewayServer

LINGER_SECONDS = 1.0
"""After a close is announced, how long the client may still send before it is cut off (RFC 9112 §9.6)."""


HALF_CLOSED_SECONDS = 2.0
"""How long a client that has closed its sending side is waited for while nothing can be sent to it.

A client that half-closes and one that has vanished look the same until something is sent. Most have vanished, and their
requests cost money; one that takes what it is sent is alive, and its time starts anew.
"""


class ClientConnection(asyncio.Protocol):
    """Protocol of the public port."""

    def __init__(self, server: GatewayServer) -> None:
        self._server = server
        self._parser = RequestParser(self, server.head_limits)
        self._queue: deque[Exchange] = deque()
        """Exchanges in wire order; the first is the current one."""
        self._receiving: Exchange | None = None
        """The exchange whose body is still coming."""
        self._credit_body = False
        self._advancing = False
        self._input_over = False
        """No further request will be read: half-closed, out of step, or told to close."""
        self._reading_paused = False
        self._transport: asyncio.Transport
        self.received_at = monotonic()
        """Monotonic time at which the latest bytes came."""
        self._head_since = 0.0
        self._half_closed_at: float | None = None
        self._sent_when_checked = 0
        self._linger_until = 0.0
        self._writable = True
        self._unwritable_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._server.admit(self):
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._server.forget(self)
        self._input_over = True
        self._receiving = None
        queue, self._queue = self._queue, deque()
        for exchange in queue:
            exchange.on_client_gone()

    def writer(self, head: RequestHead, writer_type: WriterType) -> ResponseWriter:
        """A writer for one exchange's response."""
        writer = writer_type(self._transport, head)
        writer.persistent &= not self._server.draining
        return writer

    # -- requests in ---------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self.received_at = monotonic()
        if self._input_over:
            return
        waiting = not self._parser.in_head
        try:
            self._parser.feed(data)
        except BadMessage as error:
            self._refuse_input(error)
            return
        if waiting and self._parser.in_head:
            self._head_since = self.received_at
        if len(self._queue) > 1 and not self._reading_paused:
            # Pipelined requests wait here; no more of them is read until the current one is answered.
            self.pause_reading()

    def on_request(self, head: RequestHead) -> None:
        if self._input_over:
            # The connection was closed over an earlier request in these very bytes.
            return
        exchange = self._server.exchange(head, self)
        self._receiving = exchange
        self._credit_body = head.chunked
        self._queue.append(exchange)
        if len(self._queue) == 1:
            exchange.start()

    def on_request_body(self, data: bytes) -> None:
        if self._credit_body:
            self._parser.credit_body(len(data))
        if self._receiving is not None:
            self._receiving.on_body(data)

    def on_request_end(self) -> None:
        exchange, self._receiving = self._receiving, None
        if exchange is not None:
            exchange.on_body_end()

    def eof_received(self) -> bool:
        if self._receiving is not None or not self._queue:
            return False
        # Half-closed after a whole request: the answer may still be wanted (RFC 9112 §9.6).
        self._input_over = True
        self._half_closed_at = monotonic()
        return True

    def _refuse_input(self, error: BadMessage) -> None:
        self._input_over = True
        refusal = refusal_of(error)
        exchange, self._receiving = self._receiving, None
        if exchange is not None:
            exchange.refuse(refusal)
            return
        exchange = self._server.unreadable(self, refusal)
        self._queue.append(exchange)
        if len(self._queue) == 1:
            exchange.start()

    # -- responses out -------------------------------------------------------------------------------------------

    def send_continue(self) -> None:
        """Ask for the body (RFC 9110 §10.1.1)."""
        self._transport.write(CONTINUE)

    def exchange_ended(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """The current exchange has written its whole response: start the next, wait, or close."""
        assert self._queue, "an exchange ends once"
        assert self._queue[0] is exchange, "only the current exchange can end"
        self._queue.popleft()
        answered_early = self._receiving is exchange
        if answered_early or not writer.persistent or self._server.draining:
            self.close_gracefully()
        elif not self._advancing:
            self._advance()

    def _advance(self) -> None:
        # A loop, not recursion: a buffer may hold thousands of pipelined requests that are answered at once.
        self._advancing = True
        while self._queue:
            current = self._queue[0]
            current.start()
            if self._queue and self._queue[0] is current:
                break
        self._advancing = False
        if self._queue or self._linger_until:
            return
        if self._input_over:
            self._linger()
        elif self._reading_paused:
            self.resume_reading()

    def close_gracefully(self) -> None:
        """Read no further request; flush what is written, then FIN, no reset."""
        self._queue.clear()
        self._receiving = None
        self._linger()

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def _linger(self) -> None:
        # Closing at once could reset the connection under an answer the client has not read yet.
        self._input_over = True
        self._linger_until = monotonic() + LINGER_SECONDS
        if self._reading_paused:
            self.resume_reading()
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()

    # -- flow and time -------------------------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Take no more from the client for now."""
        if not self._reading_paused and not self._transport.is_closing():
            self._reading_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take bytes from the client again."""
        if self._reading_paused and not self._transport.is_closing():
            self._reading_paused = False
            self._transport.resume_reading()

    def pause_writing(self) -> None:
        self._writable = False
        self._unwritable_since = monotonic()
        if self._queue:
            self._queue[0].on_client_writable(False)

    def resume_writing(self) -> None:
        self._writable = True
        if self._queue:
            self._queue[0].on_client_writable(True)

    @property
    def peer(self) -> str:
        """The client's IP address."""
        return peer_address(self._transport)

    @property
    def idle(self) -> bool:
        """No request in progress."""
        return not self._queue

    def check_deadlines(self, now: float) -> None:
        """Enforce the timeouts of this connection; called about once a second."""
        settings = self._server.settings
        if self._linger_until:
            if now >= self._linger_until and self._transport.get_write_buffer_size() == 0:
                self._transport.close()
        elif not self._queue:
            if self._parser.in_head:
                if now - self._head_since > settings.head_timeout:
                    self._refuse_input(
                        BadMessage(408, f"The request's head took longer than {settings.head_timeout:g} s.")
                    )
            elif now - self.received_at > settings.keep_alive_timeout:
                self._transport.close()
        elif (
            self._receiving is self._queue[0]
            and not self._reading_paused
            and now - self.received_at > settings.idle_timeout
        ):
            self._refuse_input(BadMessage(408, f"No byte of the request's body came for {settings.idle_timeout:g} s."))
        elif self._half_closed_at is not None and self._vanished(self._half_closed_at, now):
            self._transport.abort()
        else:
            self._queue[0].check_deadlines(now)
        if not self._writable and now - self._unwritable_since > settings.idle_timeout:
            # A client that takes nothing holds an upstream connection and buffers of ours.
            self._transport.abort()

    def _vanished(self, half_closed_at: float, now: float) -> bool:
        sent = self._queue[0].sent_bytes
        if sent != self._sent_when_checked:
            self._sent_when_checked = sent
            self._half_closed_at = now
            return False
        return now - half_closed_at > HALF_CLOSED_SECONDS

    def begin_drain(self) -> None:
        """The server is going: close now if nothing is in progress, else after the current exchange."""
        if self._queue:
            self._queue[0].on_drain()
        elif not self._linger_until:
            self._transport.close()

    def __repr__(self) -> str:
        return f"<ClientConnection {len(self._queue)} in progress>"
