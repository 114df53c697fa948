"""Bytes from a client -> request heads, body pieces and ends."""

from __future__ import annotations

from typing import Protocol

import httptools
import msgspec

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.limits import FRAMING_ALLOWANCE, FRAMING_FACTOR, HeadLimits
from claudeflare.http1.target import split_target

_SINGLE = frozenset(
    {b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"x-api-key", b"expect"}
)
"""Fields of which a second one makes a request ambiguous."""


class RequestHead(msgspec.Struct, frozen=True, gc=False):
    """A request up to its body."""

    method: bytes
    path: bytes
    query: bytes
    """Without the `?`."""
    minor: int
    """HTTP/1.`minor`."""
    fields: list[tuple[bytes, bytes]]
    named: dict[bytes, bytes]
    """Lower-case name -> value (of duplicates, the first)."""
    host: bytes
    content_length: int | None
    chunked: bool
    keep_alive: bool

    @property
    def has_body(self) -> bool:
        """Whether body bytes will follow."""
        return self.chunked or bool(self.content_length)

    @property
    def target(self) -> bytes:
        """Origin-form, as sent on."""
        return self.path + b"?" + self.query if self.query else self.path


class RequestHandler(Protocol):
    """What a parser tells its owner, in wire order."""

    def on_request(self, head: RequestHead) -> None:
        """A head is complete."""
        ...

    def on_request_body(self, data: bytes) -> None:
        """More of the body, without framing."""
        ...

    def on_request_end(self) -> None:
        """The request is complete."""
        ...


class RequestParser:
    """Parses one connection's requests. After a `BadMessage` it must not be fed again."""

    def __init__(self, handler: RequestHandler, limits: HeadLimits) -> None:
        self._handler = handler
        self._limits = limits
        self.on_body = handler.on_request_body
        self._parser = httptools.HttpRequestParser(self)
        self.in_head = False
        """Bytes of a head have come, but not its end."""
        self._url = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._unparsed = 0
        self._chunked = False
        self._framing_budget = 0
        self._head_done = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes; calls the handler for what they complete. Raises `BadMessage`."""
        while True:
            try:
                self._parser.feed_data(data)
                break
            except httptools.HttpParserUpgrade as upgrade:
                # An upgrade offer is declined by answering in HTTP/1.1 (RFC 9110 §7.8): go on with what follows.
                data = data[upgrade.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
                if not data:
                    break
            except httptools.HttpParserCallbackError as error:
                raise error.__context__ or error from None
            except httptools.HttpParserInvalidMethodError:
                raise BadMessage(501, "This request method is not known here.") from None
            except httptools.HttpParserError as error:
                raise BadMessage(400, f"Malformed HTTP/1.1 request: {error}.") from None
        if self.in_head:
            self._count_head(len(data))
        elif self._chunked:
            self._count_framing(len(data))

    def on_message_begin(self) -> None:
        self.in_head = True
        self._head_done = False
        self._url = b""
        self._fields = []
        self._unparsed = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_done:
            # Trailer fields: nothing we forward needs them, and dropping them is allowed (RFC 9110 §6.5.1).
            return
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        self._head_done = True
        self.in_head = False
        head = self._head()
        self._chunked = head.chunked
        self._framing_budget = FRAMING_ALLOWANCE + self._limits.head_bytes
        self._handler.on_request(head)

    def on_message_complete(self) -> None:
        self._chunked = False
        self._handler.on_request_end()

    def _head(self) -> RequestHead:
        fields = self._fields
        named = {name.lower(): value for name, value in reversed(fields)}
        check_head_size(fields, len(self._url), self._limits)
        if len(named) != len(fields):
            _refuse_duplicates(fields)
        version = self._parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise BadMessage(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        host = named.get(b"host")
        if host is None:
            if version == "1.1":
                raise BadMessage(400, "The Host field is missing.")
            host = b""
        method = self._parser.get_method()
        path, query = split_target(self._url, method, host)
        content_length = _content_length(named)
        chunked = _is_chunked(named, version)
        if self._parser.should_upgrade() and (chunked or content_length):
            # httptools skips the body of such a request and would read it as the next one.
            raise BadMessage(400, "A request that offers an upgrade cannot have a body here.")
        return RequestHead(
            method=method,
            path=path,
            query=query,
            minor=1 if version == "1.1" else 0,
            fields=fields,
            named=named,
            host=host,
            content_length=content_length,
            chunked=chunked,
            keep_alive=self._parser.should_keep_alive(),
        )

    def _count_head(self, size: int) -> None:
        self._unparsed += size
        if self._unparsed > self._limits.head_bytes:
            raise too_large_head()

    def _count_framing(self, size: int) -> None:
        # The owner counts body bytes; here only what is not body can grow without bound.
        self._framing_budget -= size
        if self._framing_budget < 0:
            raise BadMessage(400, "Too much chunk framing for so little body.")

    def credit_body(self, size: int) -> None:
        """The owner received this much chunked body: allow the framing that goes with it."""
        self._framing_budget += size * (1 + FRAMING_FACTOR)


def check_head_size(fields: list[tuple[bytes, bytes]], start_line: int, limits: HeadLimits) -> None:
    """Raise `BadMessage(431)` when a complete head is larger than allowed."""
    if len(fields) > limits.header_count:
        raise BadMessage(431, f"More than {limits.header_count} header fields.")
    if start_line + sum([len(name) + len(value) + 4 for name, value in fields]) > limits.head_bytes:
        raise too_large_head()


def too_large_head() -> BadMessage:
    """The head is larger than allowed (RFC 6585 §5)."""
    return BadMessage(431, "The request's header fields are too large.")


def _refuse_duplicates(fields: list[tuple[bytes, bytes]]) -> None:
    seen: set[bytes] = set()
    for name, _ in fields:
        name = name.lower()
        if name in _SINGLE and name in seen:
            raise BadMessage(400, f"The field {name.decode('latin-1')} is there more than once.")
        seen.add(name)


def _content_length(named: dict[bytes, bytes]) -> int | None:
    value = named.get(b"content-length")
    if value is None:
        return None
    if not value.strip(b" \t").isdigit():
        raise BadMessage(400, "The Content-Length field must be a number.")
    return int(value)


def _is_chunked(named: dict[bytes, bytes], version: str) -> bool:
    value = named.get(b"transfer-encoding")
    if value is None:
        return False
    if value.strip(b" \t").lower() != b"chunked":
        raise BadMessage(501, "The only transfer coding understood is chunked.")
    if version != "1.1" or b"content-length" in named:
        raise BadMessage(400, "Transfer-Encoding cannot stand beside Content-Length or in HTTP/1.0.")
    return True
