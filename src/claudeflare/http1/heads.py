"""The heads of messages, as the parsers report them. Nobody changes them."""

from __future__ import annotations


class RequestHead:
    """A request up to its body."""

    __slots__ = (
        "chunked", "content_length", "fields", "host", "keep_alive", "method", "minor", "named", "path", "query",
    )  # fmt: skip

    def __init__(
        self,
        method: bytes,
        path: bytes,
        query: bytes,
        minor: int,
        fields: list[tuple[bytes, bytes]],
        named: dict[bytes, bytes],
        host: bytes,
        content_length: int | None,
        chunked: bool,
        keep_alive: bool,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        """Without the `?`."""
        self.minor = minor
        """HTTP/1.`minor`."""
        self.fields = fields
        self.named = named
        """Lower-case name -> value (of duplicates, the first)."""
        self.host = host
        """Well-formed; empty when a client of HTTP/1.0 sent none."""
        self.content_length = content_length
        self.chunked = chunked
        self.keep_alive = keep_alive

    @property
    def has_body(self) -> bool:
        """Whether body bytes will follow."""
        return self.chunked or bool(self.content_length)

    @property
    def target(self) -> bytes:
        """Origin-form, as sent on."""
        return self.path + b"?" + self.query if self.query else self.path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RequestHead) and self._parts() == other._parts()

    def _parts(self) -> tuple[object, ...]:
        framing = self.content_length, self.chunked, self.keep_alive
        return self.method, self.path, self.query, self.minor, self.fields, self.named, self.host, framing

    def __repr__(self) -> str:
        return f"<RequestHead {self.method!r} {self.path!r}>"


class ResponseHead:
    """A final response up to its body. Interim (1xx) responses are consumed and not reported."""

    __slots__ = ("bodiless", "chunked", "content_length", "fields", "keep_alive", "named", "reason", "status")

    def __init__(
        self,
        status: int,
        reason: bytes,
        fields: list[tuple[bytes, bytes]],
        named: dict[bytes, bytes],
        content_length: int | None,
        chunked: bool,
        bodiless: bool,
        keep_alive: bool,
    ) -> None:
        self.status = status
        self.reason = reason
        self.fields = fields
        self.named = named
        """Lower-case name -> value (of duplicates, the first)."""
        self.content_length = content_length
        self.chunked = chunked
        self.bodiless = bodiless
        """No body follows whatever the fields say: HEAD, 204, 304 (RFC 9112 §6.3)."""
        self.keep_alive = keep_alive

    @property
    def until_close(self) -> bool:
        """The end of the connection is the end of the body."""
        return not (self.bodiless or self.chunked or self.content_length is not None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResponseHead) and self._parts() == other._parts()

    def _parts(self) -> tuple[object, ...]:
        framing = self.content_length, self.chunked, self.bodiless, self.keep_alive
        return self.status, self.reason, self.fields, self.named, framing

    def __repr__(self) -> str:
        return f"<ResponseHead {self.status}>"
