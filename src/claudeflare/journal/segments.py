"""Segment files: their names, and the header each begins with.

    magic 8 bytes | version u16 | CRC-32 of both u32 | a frame of kind 0: `SegmentHeader`

The first fourteen bytes stay as they are in every version, so that any version can name the one it does not know.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from claudeflare.errors import JournalError
from claudeflare.journal import frames

VERSION: Final = 1
READABLE_VERSIONS: Final = frozenset({VERSION})
"""This version and the one before it, once there is one: control is upgraded before the gateways have drained."""

SUFFIX: Final = ".journal"
UNPUBLISHED_SUFFIX: Final = ".new"
CORRUPT_SUFFIX: Final = ".corrupt"

_MAGIC: Final = b"CFJOURNL"
_VERSIONED: Final = struct.Struct(">8sH")
_PREAMBLE: Final = struct.Struct(">8sHI")
_BOOT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME: Final = re.compile(rf"({_BOOT_ID.pattern})-(\d{{1,5}})-(\d{{8,}}){re.escape(SUFFIX)}")


class SegmentName(NamedTuple):
    """A segment's place: within one boot and worker, segments are read by rising sequence."""

    boot_id: str
    worker: int
    sequence: int

    @property
    def file_name(self) -> str:
        """The name of the file that holds this segment."""
        return f"{writer_name(self.boot_id, self.worker)}-{self.sequence:08}{SUFFIX}"


class SegmentHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment says of itself."""

    boot_id: str
    worker: int
    created_at: float
    """UTC epoch seconds; puts the boots in order."""


class DamagedHeader(Exception):
    """The file begins with something that is not a segment's header."""


def writer_name(boot_id: str, worker: int) -> str:
    """What no other writer is called: the beginning of its segments' names."""
    return f"{boot_id}-{worker}"


def check_boot_id(boot_id: str) -> str:
    """Return `boot_id`; raises `ValueError` when it cannot be part of a file name."""
    if not _BOOT_ID.fullmatch(boot_id):
        raise ValueError(f"boot id {boot_id!r}: 1 to 64 letters, digits, dots, dashes and underscores are allowed")
    return boot_id


def parse_name(file_name: str) -> SegmentName | None:
    """The place a file name tells, or None when it is not a segment's."""
    match = _NAME.fullmatch(file_name)
    return SegmentName(match[1], int(match[2]), int(match[3])) if match else None


def encode_header(header: SegmentHeader) -> bytes:
    """The first bytes of a segment."""
    versioned = _VERSIONED.pack(_MAGIC, VERSION)
    preamble = _PREAMBLE.pack(_MAGIC, VERSION, zlib.crc32(versioned))
    return preamble + frames.pack(frames.KIND_HEADER, msgspec.msgpack.encode(header))


def decode_header(data: bytes, path: Path) -> tuple[SegmentHeader, int] | None:
    """A segment's header and where its frames begin; None when `data` is only its beginning.

    Raises `JournalError` for a version this one cannot read, `DamagedHeader` for anything that is no header.
    """
    if len(data) < _PREAMBLE.size:
        if not _MAGIC.startswith(data[: len(_MAGIC)]):
            raise DamagedHeader
        return None
    magic, version, checksum = _PREAMBLE.unpack_from(data)
    if magic != _MAGIC or checksum != zlib.crc32(data[: _VERSIONED.size]):
        raise DamagedHeader
    if version not in READABLE_VERSIONS:
        raise JournalError(
            f"{path} has journal version {version} and this release reads {sorted(READABLE_VERSIONS)}: "
            "start the release that wrote it, or a newer one."
        )
    found = frames.unpack(memoryview(data), _PREAMBLE.size)
    if isinstance(found, frames.Tail):
        if found is frames.Tail.DAMAGED:
            raise DamagedHeader
        return None
    try:
        header = msgspec.msgpack.decode(found.payload, type=SegmentHeader)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise DamagedHeader from error
    if found.kind != frames.KIND_HEADER:
        raise DamagedHeader
    return header, found.end
