"""A request that is not for the API: passed to control over its private socket and answered by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.peer import PEER_FIELD
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.request_body import RequestBody
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.encoding import encode_request
from claudeflare.http1.fields import end_to_end
from claudeflare.http1.request_parser import RequestHead
from claudeflare.http1.response_parser import ResponseHead

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.server import GatewayServer

BODY_LIMIT = 8_388_608
"""Nothing the REST API takes is larger."""

_OURS = frozenset({b"content-length", b"transfer-encoding", b"host", b"expect", PEER_FIELD})


class ControlExchange(Exchange):
    """One attempt, nothing recorded: what the owner does is not traffic. Unread by us, so errors are control's own."""

    def __init__(self, connection: ClientConnection, server: GatewayServer, head: RequestHead) -> None:
        super().__init__(connection, server, head)
        self._body = RequestBody(head, BODY_LIMIT, BODY_LIMIT)
        self._connecting: asyncio.Task[None] | None = None
        self._upstream: UpstreamConnection | None = None
        self._endless = False
        """The answer is a feed of events, which ends only when somebody ends it."""

    def on_body(self, data: bytes) -> None:
        self._body.add(data)

    def ready(self) -> None:
        origin = self.server.control.origin
        if origin is None:
            self._unavailable("Claudeflare's control process is not running; it is being restarted.")
            return
        idle = self.server.upstreams.take(origin)
        if idle is not None:
            self._send(idle)
        else:
            self._connecting = self.server.upstreams.connect(origin, self._connected)

    def _connected(self, connection: UpstreamConnection | None, problem: str) -> None:
        self._connecting = None
        if connection is None:
            self._unavailable(f"Claudeflare's control process does not answer. {problem}")
        else:
            self._send(connection)

    def _send(self, connection: UpstreamConnection) -> None:
        self._upstream = connection
        head, body = self.head, self._body.whole()
        fields = end_to_end(head.fields, _OURS)
        fields.append((PEER_FIELD, self.connection.peer.encode()))
        if self._body.present:
            fields.append((b"content-length", b"%d" % len(body)))
        connection.send(head.method, encode_request(head.method, head.target, head.host, fields), body, self)

    def on_response(self, head: ResponseHead) -> None:
        self._endless = head.named.get(b"content-type", b"").startswith(b"text/event-stream")
        self.writer.head(
            head.status,
            head.reason,
            end_to_end(head.fields),
            None if head.status == 204 else head.content_length,
            bodiless=head.bodiless,
        )

    def on_response_body(self, data: bytes) -> None:
        self.writer.body(data)

    def on_head_read(self) -> None:
        self.writer.flush()

    def on_response_end(self) -> None:
        self._upstream = None
        self.writer.end()
        self.end()

    def on_lost(self, message: str) -> None:
        self._upstream = None
        if self.writer.head_sent:
            self.cut_off()
        else:
            self._unavailable(f"Claudeflare's control process ended before it answered. {message}")

    def on_upstream_writable(self, writable: bool) -> None:
        """The request is small and written at once."""

    def on_client_writable(self, writable: bool) -> None:
        if self._upstream is not None:
            self._upstream.resume_reading() if writable else self._upstream.pause_reading()

    def on_drain(self) -> None:
        super().on_drain()
        if self._endless and self._upstream is not None:
            # Its reader resumes elsewhere by `Last-Event-ID`; waiting for it would hold up the whole drain.
            self._upstream.abort()
            self.on_response_end()

    def abandon(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._upstream is not None:
            self._upstream.abort()
            self._upstream = None

    def refusal_body(self, refusal: Refusal, request_id: str) -> bytes:
        return _error(refusal.error_type, refusal.message)

    def _unavailable(self, message: str) -> None:
        fields = [(b"content-type", b"application/json"), (b"retry-after", b"2")]
        self.writer.whole(503, fields, _error("control_unavailable", message))
        self.end()


def _error(code: str, message: str) -> bytes:
    """An error in the REST API's shape."""
    return msgspec.json.encode({"error": message, "code": code, "details": None})
