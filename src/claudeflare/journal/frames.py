"""The binary frame: how one record lies in a segment, and how damage is told from an unfinished write.

    marker 1 byte | kind 1 byte | payload length u32 | CRC-32 u32 | payload (MessagePack)

Big endian. The CRC covers everything but itself, so that a flipped bit in the length is noticed as well.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import Enum
from typing import Final
from zlib import crc32

import msgspec

from claudeflare.errors import JournalError
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Changed, Finished, Frame, Opened, Shed

MARKER: Final = 0xCF
PAYLOAD_LIMIT: Final = 16 * 1024 * 1024
"""Bytes. A longer length is damage: records are some kilobytes, and bodies are cut before they get this long."""

KIND_HEADER: Final = 0
"""First in every segment; see `segments`."""
KINDS: Final[dict[type[Frame], int]] = {Opened: 1, Finished: 2, Changed: 3, Shed: 4, Payload: 5}

_CHECKED: Final = struct.Struct(">BBI")
_HEAD: Final = struct.Struct(">BBII")
HEAD_BYTES: Final = _HEAD.size
_CHECKED_BYTES: Final = _CHECKED.size
_unpack_head: Final = _HEAD.unpack_from
_pack_checked: Final = _CHECKED.pack

_encoder: Final = msgspec.msgpack.Encoder()
_decoders: Final[dict[int, msgspec.msgpack.Decoder[Frame]]] = {
    kind: msgspec.msgpack.Decoder(record) for record, kind in KINDS.items()
}


class Tail(Enum):
    """What lies behind the last good frame of a buffer."""

    CLEAN = "clean"
    """Nothing: the buffer ends with a frame."""
    TORN = "torn"
    """The beginning of a frame. Wait for the rest, unless its writer is gone."""
    DAMAGED = "damaged"
    """Bytes that are no frame, and with them all that follows: there is no telling where the next one begins."""


class Packed:
    """One frame of good checksum, payload not yet decoded."""

    __slots__ = ("end", "kind", "payload")

    def __init__(self, kind: int, payload: memoryview, end: int) -> None:
        self.kind = kind
        self.payload = payload
        self.end = end


class Decoded:
    """The frames of a buffer."""

    __slots__ = ("end", "frames", "payloads", "tail", "unreadable")

    def __init__(
        self, frames: list[tuple[Frame, int]], end: int, tail: Tail, unreadable: int, payloads: list[memoryview]
    ) -> None:
        self.frames = frames
        """Each with the offset at which it ends."""
        self.end = end
        """Where the good frames end."""
        self.tail = tail
        self.unreadable = unreadable
        """Frames passed over: checksum good, content unknown. A newer gateway wrote them."""
        self.payloads = payloads
        """What each of `frames` was decoded from."""


def pack(kind: int, payload: bytes) -> bytes:
    """Frame a payload. Raises `JournalError` when it is over the limit."""
    length = len(payload)
    if length > PAYLOAD_LIMIT:
        raise JournalError(f"A record of {length} bytes cannot be journaled: the limit is {PAYLOAD_LIMIT}.")
    checked = _pack_checked(MARKER, kind, length)
    checksum = crc32(payload, crc32(checked))
    return b"%b%b%b" % (checked, checksum.to_bytes(4, "big"), payload)


def unpack(buffer: memoryview, start: int) -> Packed | Tail:
    """The frame that begins at `start`, or why there is none."""
    if start == len(buffer):
        return Tail.CLEAN
    if buffer[start] != MARKER:
        return Tail.DAMAGED
    if len(buffer) - start < HEAD_BYTES:
        return Tail.TORN
    _, kind, length, checksum = _HEAD.unpack_from(buffer, start)
    if length > PAYLOAD_LIMIT:
        return Tail.DAMAGED
    end = start + HEAD_BYTES + length
    if end > len(buffer):
        return Tail.TORN
    payload = buffer[start + HEAD_BYTES : end]
    if crc32(payload, crc32(buffer[start : start + _CHECKED.size])) != checksum:
        return Tail.DAMAGED
    return Packed(kind, payload, end)


def encode(frame: Frame) -> bytes:
    """One record as a frame.

    Raises `JournalError` when it is over the limit, and what msgspec raises (`TypeError`, `ValueError`,
    `OverflowError`, `RecursionError`) when a field holds what MessagePack cannot, e.g. an integer beyond 64 bits.
    """
    return pack(KINDS[type(frame)], _encoder.encode(frame))


def encode_apart(payload: Payload, body: Sequence[bytes]) -> list[bytes]:
    """The frame of a payload with that body, which is still in pieces and not copied. The first piece has all else.

    `payload` has no body. Raises what `encode` raises.
    """
    size = sum(map(len, body))
    fields = _encoder.encode(payload)
    # A map of at most 15 entries begins with 0x80 and their number; the body is one more, at its end.
    content = b"%c%b\xa4body\xc6%b" % (fields[0] + 1, fields[1:], size.to_bytes(4, "big"))
    length = len(content) + size
    if length > PAYLOAD_LIMIT:
        raise JournalError(f"A payload of {length} bytes cannot be journaled: the limit is {PAYLOAD_LIMIT}.")
    checked = _CHECKED.pack(MARKER, KINDS[Payload], length)
    checksum = crc32(content, crc32(checked))
    for piece in body:
        checksum = crc32(piece, checksum)
    return [b"%b%b%b" % (checked, checksum.to_bytes(4, "big"), content), *body]


def decode(buffer: bytes | memoryview, start: int = 0, limit: int | None = None) -> Decoded:
    """All frames from `start` on, at most `limit` of them. Never raises on any input."""
    view = memoryview(buffer)
    size = len(view)
    frames: list[tuple[Frame, int]] = []
    payloads: list[memoryview] = []
    unreadable = 0
    while limit is None or len(frames) < limit:
        # As in `unpack`, which is called for the last frame alone: two calls fewer for each of the others.
        content = start + HEAD_BYTES
        if content > size:
            break
        marker, kind, length, checksum = _unpack_head(view, start)
        end = content + length
        payload = view[content:end]
        if (
            marker != MARKER
            or end > size
            or length > PAYLOAD_LIMIT
            or crc32(payload, crc32(view[start : start + _CHECKED_BYTES])) != checksum
        ):
            break
        start = end
        decoder = _decoders.get(kind)
        try:
            if decoder is not None:
                frames.append((decoder.decode(payload), end))
                payloads.append(payload)
                continue
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # sound, but nothing this release knows
        unreadable += 1
    else:
        return Decoded(frames, start, Tail.CLEAN, unreadable, payloads)
    found = unpack(view, start)
    assert isinstance(found, Tail)
    return Decoded(frames, start, found, unreadable, payloads)
