"""One request and its response: the life they all share, whoever answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.response_writer import ResponseWriter, WriterType
from claudeflare.http1.request_parser import RequestHead

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.server import GatewayServer


class Exchange:
    """Runs once it is the connection's current one and its request is complete; then calls `end` exactly once.

    Subclasses override the hooks `opened`, `ready`, `abandon`, `record_refusal` and `refusal_body`.
    """

    def __init__(self, connection: ClientConnection, server: GatewayServer, head: RequestHead) -> None:
        self.connection = connection
        self.server = server
        self.head = head
        self.writer: ResponseWriter
        self.writer_type: WriterType = ResponseWriter
        self.started = False
        """Everything before it on the connection is answered."""
        self.complete = False
        """The whole request has come."""
        self.ended = False
        self.refusal: Refusal | None = None

    # -- from the connection ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Everything before it on the connection is answered: it may write now."""
        self.started = True
        self.writer = self.connection.writer(self.head, self.writer_type)
        if self.complete:
            self._run()
        elif self.refusal is not None:
            if self.head.has_body:
                self._send_refusal()
        else:
            if self.head.has_body and self.head.named.get(b"expect", b"").lower() == b"100-continue":
                self.connection.send_continue()
            self.opened()

    def on_body(self, data: bytes) -> None:
        """More of the request's body."""

    def on_body_end(self) -> None:
        """The request is complete. May come before `start` when requests are pipelined."""
        self.complete = True
        if self.started and not self.ended:
            self._run()

    def on_client_gone(self) -> None:
        """The connection is lost; nothing can be written any more."""
        self.ended = True
        self.abandon()

    def on_client_writable(self, writable: bool) -> None:
        """Back-pressure: whether the client takes what it is sent."""

    def check_deadlines(self, now: float) -> None:
        """Called about once a second with the monotonic time."""

    def on_drain(self) -> None:
        """The server is going: the connection closes after this response, which says so if there is still time."""
        if self.started:
            self.writer.persistent = False

    @property
    def sent_bytes(self) -> int:
        """Body bytes written to the client so far."""
        return self.writer.body_bytes if self.started else 0

    def refuse(self, refusal: Refusal) -> None:
        """Answer this instead, in its turn."""
        if self.ended:
            return
        self.refusal = refusal
        self.abandon()
        if self.started and (self.complete or self.head.has_body):
            self._send_refusal()

    # -- hooks -----------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """It is the current exchange, its body is still coming."""

    def ready(self) -> None:
        """It is the current exchange and its request is complete."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Let go of whatever is under way: the answer is not wanted any more."""

    def record_refusal(self, refusal: Refusal) -> str:
        """Record that the request is refused, and give the request's id."""
        return self.server.ids.new()

    def refusal_body(self, refusal: Refusal, request_id: str) -> bytes:
        """The refusal in the shape this client expects."""
        return self.server.provider.error_body(
            refusal.status, refusal.error_type, refusal.message, request_id, refusal.details
        )

    # -- ends ------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """The response is written whole."""
        self.ended = True
        self.connection.exchange_ended(self, self.writer)

    def cut_off(self) -> None:
        """The response cannot be completed: let the client see that it is not whole."""
        self.ended = True
        self.writer.flush()
        self.connection.close_gracefully()

    def _run(self) -> None:
        if self.refusal is not None:
            self._send_refusal()
        else:
            self.ready()

    def _send_refusal(self) -> None:
        refusal = self.refusal
        assert refusal is not None
        request_id = self.record_refusal(refusal)
        if self.writer.head_sent:
            self.cut_off()
            return
        if not self.complete:
            self.writer.persistent = False
        fields = refusal.fields()
        fields.append((b"x-claudeflare-request-id", request_id.encode()))
        self.writer.whole(refusal.status, fields, self.refusal_body(refusal, request_id))
        self.end()
