"""Bytes from a client -> request heads, body pieces and ends."""

from __future__ import annotations

from typing import Protocol

import httptools

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.framing import content_length, is_chunked, refuse_duplicates
from claudeflare.http1.heads import RequestHead as RequestHead
from claudeflare.http1.hosts import well_formed
from claudeflare.http1.limits import BLANK_ALLOWANCE, FRAMING_ALLOWANCE, FRAMING_FACTOR, HeadLimits
from claudeflare.http1.plain_head import PlainHeads
from claudeflare.http1.target import split_target

UNSERVED = frozenset({b"CONNECT", b"TRACE"})
"""A tunnel is not what this is for, and a trace would show the client the credential its request was given."""

_TLS_HANDSHAKE = 0x16


class RequestHandler(Protocol):
    """What a parser tells its owner, in wire order."""

    def on_request(self, head: RequestHead) -> None:
        """A head is complete."""

    def on_request_body(self, data: bytes) -> None:
        """More of the body, without framing."""

    def on_request_end(self) -> None:
        """The request is complete."""


class RequestParser:
    """Parses one connection's requests. After a `BadMessage` it must not be fed again."""

    def __init__(self, handler: RequestHandler, limits: HeadLimits) -> None:
        self._handler = handler
        self._limits = limits
        self.on_body = handler.on_request_body
        self._plain: PlainHeads | None = PlainHeads(limits)
        """None once a request has said that it is the last one: what follows is for llhttp to refuse."""
        self._plain_left = 0
        """Body bytes still to come of a request whose head was plain; llhttp has not seen it."""
        self._parser = httptools.HttpRequestParser(self)
        self.in_head = False
        """Bytes of a head have come, but not its end."""
        self._url = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._offer: RequestHead | None = None
        """A request that offers an upgrade, until its body is read by a parser that does not know of the offer."""
        self._in_message = False
        self._chunked = False
        # What is bounded. `_mixed`: the data at hand began with the rest of an earlier message, so that its size says
        # nothing about the message it ends in; `_slack` is the size of the data of which that was true.
        self._mixed = False
        self._arriving = 0
        self._head_bytes = 0
        self._slack = 0
        self._blank_bytes = 0
        self._framing_allowance = FRAMING_ALLOWANCE + limits.head_bytes
        self._framing_budget = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes; calls the handler for what they complete. Raises `BadMessage`."""
        if not self._in_message:
            data = self._feed_plain(data)
            if not data:
                return
        first = not self._arriving
        self._arriving = len(data)
        self._mixed = False
        while True:
            try:
                self._parser.feed_data(data)
                break
            except httptools.HttpParserUpgrade as upgrade:
                data = self._decline_upgrade() + data[upgrade.args[0] :]
            except httptools.HttpParserCallbackError as error:
                raise error.__context__ or error from None
            except httptools.HttpParserError as error:
                if first and data[0] == _TLS_HANDSHAKE:
                    raise BadMessage(400, "This port speaks plain HTTP: use http:// instead of https://.") from None
                raise self._malformed(error) from None
        if self.in_head or self._chunked or not self._in_message:
            self._count()

    def _feed_plain(self, data: bytes) -> bytes:
        """Take the requests that can be read without llhttp; what is left is for llhttp."""
        handler = self._handler
        while data:
            left = self._plain_left
            if not left:
                end = data.find(b"\r\n\r\n", 0, self._limits.head_bytes)
                head = self._plain.request(data[:end]) if end > 0 and self._plain is not None else None
                if head is None:
                    return data
                self._arriving = len(data)
                self._blank_bytes = 0
                data = data[end + 4 :]
                left = self._plain_left = head.content_length or 0
                handler.on_request(head)
            if left and data:
                size = len(data)
                body = data if size <= left else data[:left]
                data = b"" if size <= left else data[left:]
                left = self._plain_left = left - len(body)
                self.on_body(body)
            if not left:
                handler.on_request_end()
        return data

    def credit_body(self, size: int) -> None:
        """The owner received this much chunked body: allow the framing that goes with it."""
        self._framing_budget += size * (1 + FRAMING_FACTOR)

    # -- llhttp's callbacks ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._offer is not None:
            return
        self.in_head = self._in_message = True
        self._url = b""
        self._fields = []
        self._head_bytes = self._slack = self._blank_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailer fields are dropped: nothing we forward needs them (RFC 9110 §6.5.1).
        if self.in_head:
            # llhttp strips white space in front of a value only.
            self._fields.append((name, value.rstrip()))

    def on_headers_complete(self) -> None:
        if self._offer is not None:
            self._offer = None
            return
        head = self._head()
        if not head.keep_alive:
            self._plain = None
        self.in_head = False
        self._chunked = head.chunked
        self._framing_budget = self._framing_allowance
        if self._parser.should_upgrade():
            self._offer = head
        self._handler.on_request(head)

    def on_message_complete(self) -> None:
        if self._offer is not None:
            return
        self._in_message = self._chunked = False
        self._mixed = True
        self._handler.on_request_end()

    # -- heads -----------------------------------------------------------------------------------------------------

    def _head(self) -> RequestHead:
        fields, parser = self._fields, self._parser
        problem = self._limits.excess(fields, len(self._url), self._head_bytes + self._arriving)
        if problem is not None:
            raise BadMessage(431, problem)
        named = {name.lower(): value for name, value in reversed(fields)}
        if len(named) != len(fields):
            refuse_duplicates(fields)
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise BadMessage(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        minor = 1 if version == "1.1" else 0
        host = named.get(b"host")
        if host is None and minor:
            raise BadMessage(400, "The Host field is missing.")
        if host is not None and not well_formed(host):
            raise BadMessage(400, "The Host field must be a name with an optional port.")
        host = host or b""
        method = parser.get_method()
        if method in UNSERVED:
            raise BadMessage(501, f"The method {method.decode('latin-1')} is not served here.")
        path, query = split_target(self._url, method, host)
        return RequestHead(
            method=method,
            path=path,
            query=query,
            minor=minor,
            fields=fields,
            named=named,
            host=host,
            content_length=content_length(named),
            chunked=is_chunked(named, minor),
            keep_alive=parser.should_keep_alive(),
        )

    def _decline_upgrade(self) -> bytes:
        """What a fresh parser must read to take up the body of a request whose offer is ignored (RFC 9110 §7.8).

        Clients on the JVM offer h2c with every first request, POST included, and httptools cannot be told to read on.
        """
        offer = self._offer
        assert offer is not None, "only a reported request pauses for an upgrade"
        self._parser = httptools.HttpRequestParser(self)
        length = b"Content-Length: %d" % (offer.content_length or 0)
        framing = b"Transfer-Encoding: chunked" if offer.chunked else length
        connection = b"keep-alive" if offer.keep_alive else b"close"
        return b"POST / HTTP/1.1\r\nConnection: %b\r\n%b\r\n\r\n" % (connection, framing)

    def _malformed(self, error: httptools.HttpParserError) -> BadMessage:
        if isinstance(error, httptools.HttpParserInvalidMethodError):
            return BadMessage(501, "This request method is not known here.")
        if self._parser.get_method() == b"PRI":
            return BadMessage(505, "HTTP/2 is not spoken here; HTTP/1.1 is.")
        return BadMessage(400, f"Malformed HTTP/1.1 request: {error}.")

    # -- bounds ----------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Bound what grows without the owner noticing it; body bytes are the owner's to count."""
        size = self._arriving
        if self.in_head:
            self._head_bytes += size
            if self._mixed:
                self._slack = size
            if self._head_bytes - self._slack > self._limits.head_bytes:
                raise BadMessage(431, self._limits.too_large)
        elif self._mixed:
            return
        elif self._chunked:
            # Credit is not saved up: however large the body was, its trailers may not be.
            self._framing_budget = min(self._framing_budget - size, self._framing_allowance)
            if self._framing_budget < 0:
                raise BadMessage(400, "Too much chunk framing for so little body.")
        else:
            self._blank_bytes += size
            if self._blank_bytes > BLANK_ALLOWANCE:
                raise BadMessage(400, "A request must follow, not empty lines.")
