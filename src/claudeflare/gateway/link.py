"""Framed messages between our own processes over an inherited socketpair: 4 bytes of length, then MessagePack."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

import msgspec

M = TypeVar("M")

LENGTH_BYTES: Final = 4
MESSAGE_LIMIT: Final = 256 * 1024 * 1024
"""A length beyond this means the two ends have lost step; the link is dropped."""

_encoder = msgspec.msgpack.Encoder()


def encode_message(message: object) -> bytes:
    """One message, framed."""
    payload = _encoder.encode(message)
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


class MessageDecoder(Generic[M]):
    """Bytes in any chunking -> whole messages. Raises `ValueError` when the stream makes no sense."""

    def __init__(self, kind: type[M]) -> None:
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(kind)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[M]:
        """Take the next bytes, return the messages they complete."""
        buffer = self._buffer
        buffer += data
        messages: list[M] = []
        start = 0
        while len(buffer) - start >= LENGTH_BYTES:
            length = int.from_bytes(buffer[start : start + LENGTH_BYTES], "big")
            if length > MESSAGE_LIMIT:
                raise ValueError(f"a message of {length} bytes was announced; the limit is {MESSAGE_LIMIT}")
            end = start + LENGTH_BYTES + length
            if len(buffer) < end:
                break
            messages.append(self._decoder.decode(bytes(buffer[start + LENGTH_BYTES : end])))
            start = end
        del buffer[:start]
        return messages
