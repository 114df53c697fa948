"""Heads that are ordinary in every respect, read without llhttp, which calls back for every field.

One connection sends nearly the same lines again and again: those of its latest message are remembered, and only new
ones looked at. Whatever is not plain (another framing than Content-Length, a closing connection, a field twice, a head
in pieces, anything at all unusual) is left to llhttp, so that what is refused, and why, is decided in one place.
"""

from __future__ import annotations

from typing import Final

from claudeflare.http1.encoding import Field
from claudeflare.http1.heads import RequestHead, ResponseHead
from claudeflare.http1.hosts import well_formed
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.target import split_target

_TOKEN: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIELD_TEXT: Final = bytes([9, *range(32, 127), *range(128, 256)])
_VISIBLE: Final = bytes(range(33, 127))

_METHODS: Final = frozenset({b"GET", b"POST"})
_NOT_PLAIN: Final = frozenset({b"transfer-encoding", b"upgrade"})
_CONNECTION: Final = frozenset({b"connection", b"proxy-connection"})
_LENGTH_DIGITS: Final = 15


class PlainHeads:
    """What is remembered of one connection's heads."""

    __slots__ = ("_field_of", "_limits", "_lowered_of", "_start", "_start_line")

    def __init__(self, limits: HeadLimits) -> None:
        self._limits = limits
        self._field_of: dict[bytes, Field] = {}
        """Line -> field as it came."""
        self._lowered_of: dict[bytes, Field] = {}
        """Line -> the same with its name in lower case."""
        self._start_line = b"\r\n"  # unlike any line
        self._start: tuple[bytes, bytes, bytes] = (b"", b"", b"")
        """Of the latest request: method, path and query; of the latest response: its reason."""

    def request(self, head: bytes) -> RequestHead | None:
        """A request's head, given without its empty line; None when it is not plain."""
        start, _, block = head.partition(b"\r\n")
        lines = block.split(b"\r\n")
        if start != self._start_line and not self._learn_request_line(start):
            return None
        fields = self._fields(lines)
        if fields is None:
            return None
        named = {name: value for name, value in map(self._lowered_of.__getitem__, lines)}  # noqa: C416 compiled
        host = named.get(b"host")
        if len(named) != len(lines) or host is None or not well_formed(host):
            return None
        length = named.get(b"content-length")
        method, path, query = self._start
        size = None if length is None else int(length)
        return RequestHead(method, path, query, 1, fields, named, host, size, False, True)

    def response(self, head: bytes) -> ResponseHead | None:
        """A response's head, given without its empty line; None when it is not plain."""
        start, _, block = head.partition(b"\r\n")
        lines = block.split(b"\r\n")
        if start != self._start_line and not self._learn_status_line(start):
            return None
        fields = self._fields(lines)
        if fields is None:
            return None
        named = {name: value for name, value in map(self._lowered_of.__getitem__, lines)}  # noqa: C416 compiled
        length = named.get(b"content-length")
        if len(named) != len(lines) or length is None:
            return None
        return ResponseHead(200, self._start[0], fields, named, int(length), False, False, True)

    def _learn_request_line(self, line: bytes) -> bool:
        method, _, rest = line.partition(b" ")
        target, _, version = rest.partition(b" ")
        if method not in _METHODS or version != b"HTTP/1.1" or not target.startswith(b"/"):
            return False
        if target.translate(None, _VISIBLE) or b"#" in target:
            return False
        path, query = split_target(target, method, b"")
        self._start = (method, path, query)
        self._start_line = line
        return True

    def _learn_status_line(self, line: bytes) -> bool:
        reason = line.removeprefix(b"HTTP/1.1 200 ")
        if len(reason) == len(line) or reason.translate(None, _FIELD_TEXT):
            return False
        self._start = (reason, b"", b"")
        self._start_line = line
        return True

    def _fields(self, lines: list[bytes]) -> list[Field] | None:
        try:
            return list(map(self._field_of.__getitem__, lines))
        except KeyError:
            return list(map(self._field_of.__getitem__, lines)) if self._learn(lines) else None

    def _learn(self, lines: list[bytes]) -> bool:
        """Know these lines and no others; False when one of them is not plain."""
        known = self._field_of
        if len(lines) > self._limits.header_count:
            return False
        fields: dict[bytes, Field] = {}
        lowered: dict[bytes, Field] = {}
        for line in lines:
            if line in known:
                fields[line], lowered[line] = known[line], self._lowered_of[line]
                continue
            field = _read(line)
            if field is None:
                return False
            name = field[0].lower()
            fields[line] = field
            lowered[line] = field if name == field[0] else (name, field[1])
        self._field_of, self._lowered_of = fields, lowered
        return True


def _read(line: bytes) -> Field | None:
    """One field line (RFC 9112 §5), None when it is anything but plain."""
    name, colon, value = line.partition(b":")
    if not colon or not name or name.translate(None, _TOKEN) or value.translate(None, _FIELD_TEXT):
        return None
    value = value.strip(b" \t")
    lower = name.lower()
    if lower in _NOT_PLAIN or (lower in _CONNECTION and value.lower() != b"keep-alive"):
        return None
    if lower == b"content-length" and not (value.isdigit() and len(value) <= _LENGTH_DIGITS):
        return None
    return name, value
