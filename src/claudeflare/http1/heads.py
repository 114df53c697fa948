"""The heads of messages, as the parsers report them. Never compiled: mypyc knows nothing of a struct's options."""

from __future__ import annotations

import msgspec


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
    """Well-formed; empty when a client of HTTP/1.0 sent none."""
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
