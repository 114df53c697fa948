"""Writes one response to a client: head once, body in the framing that fits, end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from email.utils import formatdate

from claudeflare.http1.encoding import LAST_CHUNK, Field, encode_response
from claudeflare.http1.request_parser import RequestHead

SCATTER_BYTES = 16_384
"""From this size on, framing is written around the data instead of copying it."""


WriterType = Callable[[asyncio.Transport, RequestHead], "ResponseWriter"]
"""What makes the writer of one response."""


class ResponseWriter:
    """One response. Framing is our own: content-length where known, else chunked, else (HTTP/1.0) until close.

    The head goes out in one write with the first of the body: a second one costs more than all else done here. Whoever
    stops before `end` without a body calls `flush`.
    """

    __slots__ = (
        "_bodiless", "_chunked", "_head", "_transport", "_write", "body_bytes", "head_sent", "persistent", "request",
    )  # fmt: skip

    def __init__(self, transport: asyncio.Transport, request: RequestHead) -> None:
        self._transport = transport
        self._write = transport.write
        self.request = request
        self.persistent = request.keep_alive
        """Whether the connection can be kept after this response."""
        self.head_sent = False
        """There is no way back: it is written, or waits for the body."""
        self.body_bytes = 0
        self._head = b""
        self._chunked = False
        self._bodiless = False

    def head(
        self, status: int, reason: bytes, fields: Sequence[Field], content_length: int | None, *, bodiless: bool = False
    ) -> None:
        """Begin with the head. `content_length=None` means unknown; `bodiless` is for HEAD, 204 and 304."""
        framing: list[Field] = list(fields)
        self._bodiless = bodiless
        if content_length is not None:
            framing.append((b"content-length", b"%d" % content_length))
        elif not bodiless:
            if self.request.minor:
                self._chunked = True
                framing.append((b"transfer-encoding", b"chunked"))
            else:
                self.persistent = False
        if not self.persistent:
            framing.append((b"connection", b"close"))
        elif not self.request.minor:
            framing.append((b"connection", b"keep-alive"))
        self.head_sent = True
        self._head = encode_response(status, reason, framing)

    def flush(self) -> None:
        """Send the head if it is still waiting for the body."""
        if self._head:
            head, self._head = self._head, b""
            self._write(head)

    def body(self, data: bytes) -> None:
        """Send the next body bytes (not empty)."""
        size = len(data)
        self.body_bytes += size
        if self._bodiless:
            return
        head = self._head
        if head:
            self._head = b""
        elif not self._chunked:
            self._write(data)
            return
        if size >= SCATTER_BYTES:
            self._transport.writelines((b"%b%x\r\n" % (head, size), data, b"\r\n") if self._chunked else (head, data))
        elif self._chunked:
            self._write(b"%b%x\r\n%b\r\n" % (head, size, data))
        else:
            self._write(head + data)

    def end(self) -> None:
        """The body is complete."""
        self.flush()
        if self._chunked and not self._bodiless:
            self._write(LAST_CHUNK)

    def whole(self, status: int, fields: Sequence[Field], body: bytes) -> None:
        """Send a complete response of our own."""
        bodiless = self.request.method == b"HEAD"
        dated = [*fields, (b"date", formatdate(usegmt=True).encode("ascii"))]  # RFC 9110 §6.6.1
        self.head(status, b"", dated, len(body), bodiless=bodiless)
        if body:
            self.body(body)
        self.end()
