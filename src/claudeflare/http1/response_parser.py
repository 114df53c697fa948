"""Bytes from an upstream -> response heads, body pieces and ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

import httptools

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.heads import ResponseHead as ResponseHead
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.plain_head import PlainHeads

_REASON = re.compile(rb"[\t -~\x80-\xff]*\Z")
"""reason-phrase of RFC 9112 §4; llhttp lets control characters pass."""


class ResponseHandler(Protocol):
    """What a parser tells its owner, in wire order."""

    def on_response(self, head: ResponseHead) -> None:
        """A final head is complete."""

    def on_response_body(self, data: bytes) -> None:
        """More of the body, without framing."""

    def on_response_end(self) -> None:
        """The response is complete."""


def _unasked(_: object = None) -> NoReturn:
    raise BadMessage(502, "The upstream sent bytes nobody asked for.")


class _Nobody:
    """Handler between two responses."""

    def on_response(self, head: ResponseHead) -> None:
        _unasked()

    def on_response_body(self, data: bytes) -> None:
        _unasked()

    def on_response_end(self) -> None:
        _unasked()


_NOBODY: Final[ResponseHandler] = _Nobody()


class ResponseParser:
    """Parses one upstream connection's responses. After a `BadMessage` it must not be fed again."""

    def __init__(self, limits: HeadLimits) -> None:
        self._limits = limits
        self._plain = PlainHeads(limits)
        self._plain_left = 0
        """Body bytes still to come of a response whose head was plain; llhttp has not seen it."""
        self._parser: httptools.HttpResponseParser | None = None
        """None until a response turns out not to be plain."""
        self._handler = _NOBODY
        self.on_body: Callable[[bytes], None] = _unasked
        self._head: ResponseHead | None = None
        self._reason = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._arriving = 0
        self._interim = False
        self._to_head = False
        self.complete = True
        """The expected response has ended; any further byte is a protocol error."""
        self.awaits_head = False
        """The head of the expected response is not complete."""

    def expect(self, method: bytes, handler: ResponseHandler) -> None:
        """The next response answers a request of this method; nothing of an earlier one is left."""
        self._handler = handler
        self._to_head = method == b"HEAD"
        # Bound here, so that llhttp calls the handler itself for every piece of the body.
        self.on_body = handler.on_response_body
        if self._to_head:
            # llhttp cannot be told: it reads what follows as the announced body.
            self.on_body = _unasked
        self._parser = None
        self._plain_left = 0
        self._head = None
        self.complete = False
        self.awaits_head = True

    def forget(self) -> None:
        """Let go of a complete response and of its handler, which may hold a whole request."""
        self._handler = _NOBODY
        self.on_body = _unasked
        self._parser = self._head = None
        self._fields = []

    @property
    def keep_alive(self) -> bool:
        """Whether the connection can carry another exchange after this response."""
        head = self._head
        return head is not None and head.keep_alive and not head.until_close

    def feed(self, data: bytes) -> None:
        """Take the next bytes; calls the handler for what they complete. Raises `BadMessage`."""
        if self.complete:
            _unasked()
        parser = self._parser
        if parser is None:
            if self._feed_plain(data):
                return
            parser = self._begin_parsing()
        self._arriving = len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            raise error.__context__ or error from None
        except httptools.HttpParserError as error:
            raise BadMessage(502, f"Malformed HTTP/1.1 response: {error}.") from None
        if self.awaits_head:
            # Interim responses count as well: there may be many, but not without end.
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.head_bytes:
                raise BadMessage(502, f"The upstream's answer is unusable. {self._limits.too_large}")

    def _feed_plain(self, data: bytes) -> bool:
        """Take the bytes of a response that can be read without llhttp; False when this one cannot."""
        handler = self._handler
        left = self._plain_left
        if self.awaits_head:
            end = data.find(b"\r\n\r\n", 0, self._limits.head_bytes)
            head = self._plain.response(data[:end]) if end > 0 and not self._to_head else None
            if head is None:
                return False
            self._head = head
            self.awaits_head = False
            data = data[end + 4 :]
            left = head.content_length or 0
            handler.on_response(head)
        size = len(data)
        self._plain_left = left - size
        if size and left:
            self.on_body(data if size <= left else data[:left])
        if size >= left:
            self._end()
        if size > left:
            _unasked()
        return True

    def _begin_parsing(self) -> httptools.HttpResponseParser:
        self._parser = httptools.HttpResponseParser(self)
        self._reason = b""
        self._fields = []
        self._head_bytes = 0
        self._interim = False
        return self._parser

    def end_of_input(self) -> bool:
        """The connection has ended. True: that completes the response (the handler is told). False: it cut it off."""
        if self.complete:
            return True
        if self._head is None or not self._head.until_close:
            return False
        self._end()
        return True

    # -- llhttp's callbacks ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self.complete:
            _unasked()
        self._reason = b""
        self._fields = []

    def on_status(self, reason: bytes) -> None:
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.awaits_head:
            # llhttp strips white space in front of a value only.
            self._fields.append((name, value.rstrip()))

    def on_headers_complete(self) -> None:
        assert self._parser is not None, "it is llhttp that calls"
        status = self._parser.get_status_code()
        self._interim = 100 <= status < 200
        if not self._interim:
            self._head = head = self._final_head(status, self._parser)
            self.awaits_head = False
            self._handler.on_response(head)
            if self._to_head:
                self._end()
        elif status == 101:
            raise BadMessage(502, "The upstream switched protocols without being asked.")

    def on_message_complete(self) -> None:
        if self._interim:
            self._interim = False
        elif not self.complete:
            self._end()

    # -- heads and ends --------------------------------------------------------------------------------------------

    def _final_head(self, status: int, parser: httptools.HttpResponseParser) -> ResponseHead:
        fields = self._fields
        problem = self._limits.excess(fields, len(self._reason), self._head_bytes + self._arriving)
        if problem is not None:
            raise BadMessage(502, f"The upstream's answer is unusable. {problem}")
        version = parser.get_http_version()
        if version not in ("1.1", "1.0") or not 200 <= status <= 599 or not _REASON.match(self._reason):
            raise BadMessage(502, "The upstream's status line is not one of HTTP/1.1.")
        named = {name.lower(): value for name, value in reversed(fields)}
        coding = named.get(b"transfer-encoding")
        if coding is not None:
            codings = [value for name, value in fields if name.lower() == b"transfer-encoding"]
            if len(codings) > 1 or coding.lower() != b"chunked" or version == "1.0":
                raise BadMessage(502, "The upstream used a transfer coding other than chunked.")
        length = named.get(b"content-length")
        return ResponseHead(
            status=status,
            reason=self._reason,
            fields=fields,
            named=named,
            content_length=int(length) if length is not None else None,
            chunked=coding is not None,
            bodiless=self._to_head or status in (204, 304),
            # Behind the answer to a HEAD, the start of a chunk would go unseen.
            keep_alive=parser.should_keep_alive() and not (self._to_head and coding),
        )

    def _end(self) -> None:
        self.complete = True
        self._handler.on_response_end()
