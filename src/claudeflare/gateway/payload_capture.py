"""A request whose body and answer are kept for the record: an `ApiExchange` that also takes note of both.

A class of its own, chosen once at the request's head: an exchange that is not captured knows nothing of this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from time import time
from typing import TYPE_CHECKING, Final

from claudeflare.gateway.api_exchange import ApiExchange
from claudeflare.gateway.kept_body import KeptBody
from claudeflare.gateway.payload_writer import Captured, PayloadWriter
from claudeflare.gateway.request_body import BodySink, RequestBody
from claudeflare.gateway.response_writer import ResponseWriter
from claudeflare.http1.encoding import Field
from claudeflare.http1.request_parser import RequestHead

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.server import GatewayServer

CAPTURED_PATHS: Final = frozenset(
    {b"/v1/messages", b"/v1/messages/count_tokens", b"/v1/messages/batches", b"/v1/complete"}
)
"""Where prompts are sent. Uploaded files are not kept, nor what is only read or deleted."""


def is_captured(head: RequestHead) -> bool:
    """Whether this request's body and answer are worth keeping."""
    return head.path in CAPTURED_PATHS and head.method == b"POST"


class CapturedBody(RequestBody):
    """A request body that can still be seen when it is over, the beginning at least."""

    def __init__(self, kept: KeptBody, head: RequestHead, limit: int, replay_limit: int) -> None:
        super().__init__(head, limit, replay_limit)
        self._kept = kept

    def add(self, data: bytes) -> None:
        if self._sink is not None:
            self._kept.add(data)
        super().add(data)

    def attach(self, sink: BodySink) -> None:
        self._keep_held()
        super().attach(sink)

    def kept(self) -> KeptBody:
        """What was kept of it. To be asked once, at the end."""
        self._keep_held()
        self._pieces = []
        return self._kept

    def _keep_held(self) -> None:
        for piece in self._pieces:
            # Gathered pieces may still grow; of the others this is no copy.
            self._kept.add(bytes(piece))


class CapturedResponse(ResponseWriter):
    """A response that can still be seen when it is sent, the beginning at least."""

    __slots__ = ("_keep", "_paid", "fields", "kept")

    def __init__(self, kept: KeptBody, transport: asyncio.Transport, request: RequestHead) -> None:
        super().__init__(transport, request)
        self.kept = kept
        self._keep = kept.append
        self._paid = kept.paid
        self.fields: Sequence[Field] = ()

    def head(
        self, status: int, reason: bytes, fields: Sequence[Field], content_length: int | None, *, bodiless: bool = False
    ) -> None:
        super().head(status, reason, fields, content_length, bodiless=bodiless)
        self.fields = fields

    def body(self, data: bytes) -> None:
        # For every event of every stream: not a call more than needed, `super()` is one.
        ResponseWriter.body(self, data)
        self._keep(data)
        if self.body_bytes > self._paid:
            kept = self.kept
            kept.grow(self.body_bytes)
            self._keep, self._paid = kept.append, kept.paid


class CapturedExchange(ApiExchange):
    """Hands over both bodies once, when it is over: complete, refused, broken off or left by the client."""

    def __init__(
        self,
        connection: ClientConnection,
        server: GatewayServer,
        head: RequestHead,
        body_limit: int,
        payloads: PayloadWriter,
    ) -> None:
        super().__init__(connection, server, head, body_limit)
        self._payloads = payloads
        self._handed_over = False
        self._request = CapturedBody(KeptBody(payloads), head, body_limit, server.settings.replay_limit_bytes)
        self.body = self._request
        self.writer_type = partial(CapturedResponse, KeptBody(payloads))

    def end(self) -> None:
        super().end()
        self._hand_over()

    def cut_off(self) -> None:
        super().cut_off()
        self._hand_over()

    def on_client_gone(self) -> None:
        super().on_client_gone()
        self._hand_over()

    def _hand_over(self) -> None:
        if self._handed_over:
            return
        self._handed_over = True
        recording = self.recording
        self._put("request", recording.started_at, self.head.fields, self._request.kept(), self._request.received)
        if self.started and self.writer.head_sent:
            response = self.writer
            assert isinstance(response, CapturedResponse)
            self._put("response", time(), response.fields, response.kept, response.body_bytes)

    def _put(self, part: str, at: float, fields: Sequence[Field], kept: KeptBody, size: int) -> None:
        kept.close()
        if not kept.lost:
            captured = Captured(self.recording.id, at, part, fields, kept.pieces, size, kept.reserved)
            self._payloads.put(captured)
