"""Bytes from an upstream -> response heads, body pieces and ends."""

from __future__ import annotations

from typing import Protocol

import httptools
import msgspec

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.request_parser import check_head_size


class ResponseHead(msgspec.Struct, frozen=True, gc=False):
    """A final response up to its body. Interim (1xx) responses are consumed and not reported."""

    status: int
    reason: bytes
    fields: list[tuple[bytes, bytes]]
    named: dict[bytes, bytes]
    """Lower-case name -> value (of duplicates, the first)."""
    content_length: int | None
    chunked: bool
    bodiless: bool
    """No body follows whatever the fields say: HEAD, 204, 304 (RFC 9112 §6.3)."""
    keep_alive: bool

    @property
    def until_close(self) -> bool:
        """The end of the connection is the end of the body."""
        return not (self.bodiless or self.chunked or self.content_length is not None)


class ResponseHandler(Protocol):
    """What a parser tells its owner, in wire order."""

    def on_response(self, head: ResponseHead) -> None:
        """A final head is complete."""
        ...

    def on_response_body(self, data: bytes) -> None:
        """More of the body, without framing."""
        ...

    def on_response_end(self) -> None:
        """The response is complete."""
        ...


class ResponseParser:
    """Parses one upstream connection's responses. After a `BadMessage` it must not be fed again."""

    def __init__(self, limits: HeadLimits) -> None:
        self._limits = limits
        self.complete = True
        """The expected response has ended; any further byte is a protocol error."""

    def expect(self, method: bytes, handler: ResponseHandler) -> None:
        """The next response answers a request of this method; nothing of an earlier one is left."""
        self._handler = handler
        # Bound here, so that llhttp calls the handler itself for every piece of the body.
        self.on_body = handler.on_response_body
        self._parser = httptools.HttpResponseParser(self)
        self._to_head = method == b"HEAD"
        self._reason = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._unparsed = 0
        self._head: ResponseHead | None = None
        self._interim = False
        self.complete = False

    @property
    def keep_alive(self) -> bool:
        """Whether the connection can carry another exchange after this response."""
        head = self._head
        return head is not None and head.keep_alive and not head.until_close

    def feed(self, data: bytes) -> None:
        """Take the next bytes; calls the handler for what they complete. Raises `BadMessage`."""
        if self.complete:
            raise BadMessage(502, "The upstream sent bytes nobody asked for.")
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            raise error.__context__ or error from None
        except httptools.HttpParserUpgrade:
            raise BadMessage(502, "The upstream switched protocols without being asked.") from None
        except httptools.HttpParserError as error:
            raise BadMessage(502, f"Malformed HTTP/1.1 response: {error}.") from None
        if self._head is None:
            self._count_head(len(data))

    def end_of_input(self) -> bool:
        """The connection has ended. True: that completes the response (the handler is told). False: it cut it off."""
        if self.complete:
            return True
        if self._head is None or not self._head.until_close:
            return False
        self.complete = True
        self._handler.on_response_end()
        return True

    def on_message_begin(self) -> None:
        if self.complete:
            raise BadMessage(502, "The upstream sent bytes nobody asked for.")
        self._reason = b""
        self._fields = []

    def on_status(self, reason: bytes) -> None:
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head is None:
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self._interim = 100 <= status < 200
        if self._interim:
            return
        fields = self._fields
        check_head_size(fields, 0, self._limits)
        named = {name.lower(): value for name, value in reversed(fields)}
        chunked = named.get(b"transfer-encoding", b"").lower().endswith(b"chunked")
        length = named.get(b"content-length")
        head = ResponseHead(
            status=status,
            reason=self._reason,
            fields=fields,
            named=named,
            content_length=int(length) if length is not None and not chunked else None,
            chunked=chunked,
            bodiless=self._to_head or status in (204, 304),
            keep_alive=self._parser.should_keep_alive(),
        )
        self._head = head
        self._handler.on_response(head)
        if self._to_head:
            # llhttp cannot be told that this was a HEAD: it would wait for the announced body.
            self.complete = True
            self._handler.on_response_end()

    def on_message_complete(self) -> None:
        if self._interim:
            self._interim = False
        elif not self.complete:
            self.complete = True
            self._handler.on_response_end()

    def _count_head(self, size: int) -> None:
        self._unparsed += size
        if self._unparsed > self._limits.head_bytes:
            raise BadMessage(502, "The upstream's header fields are too large.")
