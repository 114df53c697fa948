"""Compresses answers as they are sent: each part can be read as soon as it has arrived."""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard


class Encoder(Protocol):
    """One answer's content encoding."""

    def feed(self, data: bytes) -> bytes:
        """The encoded bytes from which all of `data` can be decoded."""
        ...

    def finish(self) -> bytes:
        """The rest."""
        ...


class Identity:
    """No encoding."""

    def feed(self, data: bytes) -> bytes:
        """The same."""
        return data

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class Gzip:
    """RFC 1952."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(wbits=31)

    def feed(self, data: bytes) -> bytes:
        """Compress and flush."""
        return self._compressor.compress(data) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """The trailer."""
        return self._compressor.flush()


class Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=4)

    def feed(self, data: bytes) -> bytes:
        """Compress and flush."""
        encoded: bytes = self._compressor.process(data) + self._compressor.flush()
        return encoded

    def finish(self) -> bytes:
        """The last block."""
        last: bytes = self._compressor.finish()
        return last


class Zstandard:
    """RFC 8878."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor().compressobj()

    def feed(self, data: bytes) -> bytes:
        """Compress and flush."""
        encoded: bytes = self._compressor.compress(data) + self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        return encoded

    def finish(self) -> bytes:
        """The end of the frame."""
        last: bytes = self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)
        return last


_ENCODERS: dict[str, type[Encoder]] = {"gzip": Gzip, "br": Brotli, "zstd": Zstandard}


def make_encoder(name: str | None) -> Encoder:
    """An encoder for one answer; None leaves it as it is."""
    return _ENCODERS[name]() if name else Identity()


def accepts(header: str, name: str) -> bool:
    """Whether an accept-encoding header (RFC 9110) allows this one."""
    for part in header.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() in (name, "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
