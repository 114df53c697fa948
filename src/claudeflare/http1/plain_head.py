"""Heads that are ordinary in every respect, read without llhttp, which calls back for every field.

One connection sends nearly the same lines again and again: those of its latest message are remembered, and only new
ones looked at. Whatever is not plain (another framing than Content-Length, a closing connection, a field twice, a head
in pieces, anything at all unusual) is left to llhttp, so that what is refused, and why, is decided in one place.
"""

from __future__ import annotations

from typing import Final

from claudeflare.http1.heads import RequestHead, ResponseHead
from claudeflare.http1.hosts import well_formed
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.target import split_target

Line = tuple[tuple[bytes, bytes], tuple[bytes, bytes]]
"""A field line read: the field as it came, and with its name in lower case."""

_TOKEN: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIELD_TEXT: Final = bytes([9, *range(32, 127), *range(128, 256)])
_VISIBLE: Final = bytes(range(33, 127))

_METHODS: Final = frozenset({b"GET", b"POST"})
_NOT_PLAIN: Final = frozenset({b"transfer-encoding", b"upgrade"})
_CONNECTION: Final = frozenset({b"connection", b"proxy-connection"})
_LENGTH_DIGITS: Final = 15


class PlainHeads:
    """What is remembered of one connection's heads."""

    __slots__ = ("_known", "_limits", "_start", "_start_line")

    def __init__(self, limits: HeadLimits) -> None:
        self._limits = limits
        self._known: dict[bytes, Line] = {}
        self._start_line = b"\r\n"  # unlike any line
        self._start: tuple[bytes, bytes, bytes] = (b"", b"", b"")
        """Of the latest request: method, path and query; of the latest response: its reason."""

    def request(self, head: bytes) -> RequestHead | None:
        """A request's head, given without its empty line; None when it is not plain."""
        start, _, lines = head.partition(b"\r\n")
        if start != self._start_line and not self._learn_request_line(start):
            return None
        found = self._fields(lines)
        if found is None:
            return None
        named = dict([line[1] for line in found])
        host = named.get(b"host")
        if len(named) != len(found) or host is None or not well_formed(host):
            return None
        length = named.get(b"content-length")
        method, path, query = self._start
        return RequestHead(
            method, path, query, 1, [line[0] for line in found], named, host,
            None if length is None else int(length), False, True,
        )  # fmt: skip

    def response(self, head: bytes) -> ResponseHead | None:
        """A response's head, given without its empty line; None when it is not plain."""
        start, _, lines = head.partition(b"\r\n")
        if start != self._start_line and not self._learn_status_line(start):
            return None
        found = self._fields(lines)
        if found is None:
            return None
        named = dict([line[1] for line in found])
        length = named.get(b"content-length")
        if len(named) != len(found) or length is None:
            return None
        return ResponseHead(200, self._start[0], [line[0] for line in found], named, int(length), False, False, True)

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

    def _fields(self, lines: bytes) -> list[Line] | None:
        split = lines.split(b"\r\n")
        if len(split) > self._limits.header_count:
            return None
        known = self._known
        try:
            return [known[line] for line in split]
        except KeyError:
            pass
        found: list[Line] = []
        for line in split:
            read = known.get(line) or _read(line)
            if read is None:
                return None
            found.append(read)
        self._known = dict(zip(split, found, strict=True))
        return found


def _read(line: bytes) -> Line | None:
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
    field = (name, value)
    return field, field if lower == name else (lower, value)
