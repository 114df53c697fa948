"""Inflates a copy of a compressed answer for its meter, bounded: a bomb only ends the metering."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol

FEED_LIMIT: Final = 8 * 1024 * 1024
"""Bytes that one piece of an answer may inflate to. Real answers grow twentyfold at most, and come in small pieces."""

TOTAL_LIMIT: Final = 256 * 1024 * 1024
"""Bytes that a whole answer may inflate to."""

MAX_STAGES: Final = 3
"""Encodings stacked on one answer; more than two have not been seen."""

_PLAIN = re.compile(rb"\s*[{<][ -~\s]{12}")
"""How JSON and web pages begin."""

_ZSTD_SLICE: Final = 256
"""zstandard inflates all it is given at once. Four bytes can become 128 KiB, so it is given little at a time."""

_ZSTD_WINDOW: Final = 8 * 1024 * 1024
"""RFC 9659: the largest window a zstd content coding may ask for."""


class _Undecodable(Exception):
    """The bytes are not what the encoding says, or inflate beyond a limit."""


class _Stage(Protocol):
    def inflate(self, data: bytes) -> bytes: ...


class _Zlib:
    """gzip (RFC 1952, several members) and deflate (RFC 1950 by the book, RFC 1951 as some senders read it)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._head = b""
        self._inflater: Any = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None

    def inflate(self, data: bytes) -> bytes:
        if self._inflater is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data = self._head
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(data) else -zlib.MAX_WBITS)
        output = bytearray()
        try:
            while data:
                if self._inflater.eof:
                    if not self._gzip:
                        break
                    self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
                output += self._inflater.decompress(data, FEED_LIMIT + 1 - len(output))
                if len(output) > FEED_LIMIT:
                    raise _Undecodable
                data = self._inflater.unused_data
        except zlib.error as error:
            raise _Undecodable from error
        return bytes(output)


class _Brotli:
    def __init__(self) -> None:
        # Imported here, like zstandard below: loading both costs a start more than most runs ever need of them.
        import brotli  # type: ignore[import-untyped]

        self._inflater = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def inflate(self, data: bytes) -> bytes:
        try:
            output: bytes = self._inflater.process(data, output_buffer_limit=FEED_LIMIT)
            exhausted = self._inflater.is_finished() or self._inflater.can_accept_more_data()
        except self._error as error:
            raise _Undecodable from error
        # Its limit is one at which it stops growing its buffer: it may return more.
        if not exhausted or len(output) > FEED_LIMIT:
            raise _Undecodable
        return output


class _Zstd:
    def __init__(self) -> None:
        import zstandard

        self._inflater = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj(read_across_frames=True)
        self._error: type[Exception] = zstandard.ZstdError

    def inflate(self, data: bytes) -> bytes:
        output = bytearray()
        try:
            for start in range(0, len(data), _ZSTD_SLICE):
                output += self._inflater.decompress(data[start : start + _ZSTD_SLICE])
                if len(output) > FEED_LIMIT:
                    raise _Undecodable
        except self._error as error:
            raise _Undecodable from error
        return bytes(output)


_STAGES: Final[dict[bytes, Callable[[], _Stage]]] = {
    b"gzip": lambda: _Zlib(gzip=True),
    b"x-gzip": lambda: _Zlib(gzip=True),
    b"deflate": lambda: _Zlib(gzip=False),
    b"br": _Brotli,
    b"zstd": _Zstd,
}


class Decompressor:
    """Undoes one `content-encoding`, piece by piece. Never raises: what it cannot read it has `failed` at."""

    def __init__(self, encodings: list[bytes]) -> None:
        self.failed = len(encodings) > MAX_STAGES or not all(name in _STAGES for name in encodings)
        """True once the answer cannot be read, at once for an unknown encoding; `feed` then returns nothing more."""
        self._stages = [] if self.failed else [_STAGES[name]() for name in reversed(encodings)]
        self._total = 0

    def feed(self, data: bytes) -> bytes:
        """What the next piece of an answer inflates to, as far as that can be told yet."""
        if self.failed:
            return b""
        try:
            for stage in self._stages:
                data = stage.inflate(data)
        except _Undecodable:
            return self._fail()
        self._total += len(data)
        return data if self._total <= TOTAL_LIMIT else self._fail()

    def _fail(self) -> bytes:
        self.failed = True
        self._stages = []
        return b""


def decompressor(content_encoding: bytes) -> Decompressor | None:
    """For the value of `content-encoding`, a list in the order applied (RFC 9110 section 8.4); None for identity."""
    if not content_encoding:
        return None
    encodings = [name.strip().lower() for name in content_encoding.split(b",")]
    encodings = [name for name in encodings if name not in (b"", b"identity")]
    return Decompressor(encodings) if encodings else None


def inflated_start(content_encoding: bytes, body: bytes, limit: int) -> bytes:
    """The first `limit` bytes of a body, decompressed; the body itself where it is plain already or cannot be read."""
    decompressing = decompressor(content_encoding)
    # Brotli has no magic number: some plain text would pass for it.
    if decompressing is None or _PLAIN.match(body):
        return body[:limit]
    start = decompressing.feed(body)
    return (body if decompressing.failed else start)[:limit]


def _has_zlib_header(data: bytes) -> bool:
    """RFC 1950 section 2.2: method 8, and the two bytes are a multiple of 31."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
