"""The ids of a body's chunks, kept short: pieces stored together have consecutive ids, so runs of them are written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from claudeflare.errors import StorageError


def encode_runs(ids: Sequence[int]) -> bytes:
    """In order: `[7, 8, 9, 4]` is `7 3 4 1` in MessagePack."""
    flat: list[int] = []
    for chunk_id in ids:
        if flat and chunk_id == flat[-2] + flat[-1]:
            flat[-1] += 1
        else:
            flat += (chunk_id, 1)
    return msgspec.msgpack.encode(flat)


def decode_runs(data: bytes) -> list[int]:
    """The ids again. Raises `StorageError` for what is no such list."""
    try:
        flat = msgspec.msgpack.decode(data, type=list[int])
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return [chunk_id for first, count in pairs for chunk_id in range(first, first + count)]
    except (msgspec.DecodeError, ValueError) as error:
        raise StorageError("A payload's list of chunks is damaged, and the payload lost.") from error
