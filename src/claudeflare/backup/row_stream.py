"""Rows as bytes: batches in MessagePack, each behind its length, all of it in zstd."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import msgspec
import zstandard

from claudeflare.errors import InvalidInput

Rows = list[tuple[Any, ...]]

LEVEL: Final = 3
"""zstd's own default; higher ones cost more time than the disk they spare."""
LARGEST_BATCH: Final = 2**30
"""Bytes. What claims to be larger is no batch of ours."""
_LENGTH: Final = struct.Struct(">I")


def write_rows(file: IO[bytes], batches: Iterable[Rows]) -> Iterator[int]:
    """Write all batches; gives the number of rows of each once it is written."""
    encoder = msgspec.msgpack.Encoder()
    with zstandard.ZstdCompressor(level=LEVEL).stream_writer(file, closefd=False) as stream:
        for rows in batches:
            encoded = encoder.encode(rows)
            stream.write(_LENGTH.pack(len(encoded)))
            stream.write(encoded)
            yield len(rows)


def read_rows(file: IO[bytes], name: str) -> Iterator[Rows]:
    """The batches again. Raises `InvalidInput` naming the table when they cannot be read."""
    decoder = msgspec.msgpack.Decoder(list[tuple[Any, ...]])
    try:
        with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=False) as stream:
            while head := _read(stream, _LENGTH.size):
                (length,) = _LENGTH.unpack(head)
                if length > LARGEST_BATCH:
                    raise ValueError("too long")
                encoded = _read(stream, length)
                if len(encoded) < length:
                    raise ValueError("cut off")
                yield decoder.decode(encoded)
    except (ValueError, RecursionError, struct.error, zstandard.ZstdError) as error:  # msgspec's are ValueErrors
        raise InvalidInput(f"The backup is damaged: the rows of {name} cannot be read. Use another copy.") from error


def _read(stream: zstandard.ZstdDecompressionReader, size: int) -> bytes:
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
