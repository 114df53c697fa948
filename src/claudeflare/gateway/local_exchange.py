"""Requests the gateway answers by itself: health, probes, and what could not be read as a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.recording import Ending, RequestRecording
from claudeflare.gateway.refusal import Refusal
from claudeflare.http1.request_parser import RequestHead

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.server import GatewayServer

NO_HEAD = RequestHead(
    method=b"?", path=b"?", query=b"", minor=1, fields=[], named={}, host=b"", content_length=None, chunked=False,
    keep_alive=False,
)  # fmt: skip
"""Stands in where the head could not be read."""


class ProbeExchange(Exchange):
    """`HEAD /` and `HEAD /api/hello`: clients ask at start whether anybody is there."""

    def ready(self) -> None:
        self.writer.whole(200, [], b"")
        self.end()


class HealthExchange(Exchange):
    """`GET /health`: 503 until the gateway knows its accounts and control has answered once; the body says the rest."""

    def ready(self) -> None:
        health = self.server.health()
        status = 200 if health["ready"] else 503
        self.writer.whole(status, [(b"content-type", b"application/json")], msgspec.json.encode(health))
        self.end()


class UnreadableExchange(Exchange):
    """Answers bytes that are no acceptable request, in their turn, and closes."""

    def __init__(self, connection: ClientConnection, server: GatewayServer, refusal: Refusal) -> None:
        super().__init__(connection, server, NO_HEAD)
        self.refusal = refusal
        self.complete = True

    def record_refusal(self, refusal: Refusal) -> str:
        recording = RequestRecording(self.server.journal, self.server.ids.new(), self.head, self.connection.received_at)
        recording.finish("refused", refusal.status, 0, Ending(None, refusal.error_type, refusal.message))
        return recording.id
