"""Chunks lately seen, by their content: what a body repeats is neither hashed again nor looked up in the database."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec

from claudeflare.storage.content_chunks import LEAST_BYTES, piece_end

MOST_BYTES: Final = 32 * 1024 * 1024
"""What they may take: some twenty long conversations. Those of others are found in the database."""
CHUNK_BYTES: Final = 500
"""What each takes beside its content."""
HEAD_BYTES: Final = 32
"""By so many first bytes a chunk is found, and then compared as a whole."""


DIGEST_BYTES: Final = 20
"""Two pieces of equal digest are taken for equal: at 160 bits nobody can find such a pair, nor meet one by chance."""


class Chunk(msgspec.Struct, gc=False, eq=False):
    """A piece of bodies, in memory. Thousands of them, which refer to nothing that the garbage collector frees."""

    piece: bytes
    digest: bytes
    id: int = 0
    """In the database; 0 when that is not known."""
    last_used: int = -1
    """At least this is its `last_used` in the database, as long as it has not been dropped there."""


def digest(piece: bytes) -> bytes:
    """Names a piece by its content."""
    # Of those that are built in, the fastest: processors have instructions for it.
    return sha256(piece).digest()[:DIGEST_BYTES]


class KnownChunks:
    """A bounded number of them in two generations: what was not met since the last change of generations goes.

    What one of them says is true for the database only if its last use is not before `payload_chunks.State`'s
    `dropped_before`; and nothing of it is, when the transaction that gave it its id has failed: `clear` then.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._generation_bytes = most_bytes // 2
        self._young: dict[bytes, Chunk] = {}
        """By beginning and by digest."""
        self._old: dict[bytes, Chunk] = {}
        self._young_bytes = 0

    def clear(self) -> None:
        """Forget all."""
        self._young, self._old, self._young_bytes = {}, {}, 0

    def cut(self, body: bytes) -> list[Chunk]:
        """Cut a body where its content says so, or where the same content has been cut before."""
        chunks = []
        size = len(body)
        start, head_bytes = 0, LEAST_BYTES
        find, continues = self._young.get, body.startswith
        while start < size:
            head = body[start : start + head_bytes]
            chunk = find(head)
            if chunk is None or not continues(chunk.piece, start):
                chunk = self._found_again(body, start, head)
                find = self._young.get
            chunks.append(chunk)
            start += len(chunk.piece)
            # The first and the last piece are told by more: many conversations begin and end in the same words.
            head_bytes = HEAD_BYTES if size - start > LEAST_BYTES else LEAST_BYTES
        return chunks

    def _found_again(self, body: bytes, start: int, head: bytes) -> Chunk:
        """The chunk that begins there, young from now on."""
        chunk = self._old.get(head)
        if chunk is None or not body.startswith(chunk.piece, start):
            piece = body[start : piece_end(body, start, len(body))]
            name = digest(piece)
            chunk = self._young.get(name) or self._old.get(name)
            if chunk is None or chunk.digest != name:
                chunk = Chunk(piece, name)
        self._young[head] = self._young[chunk.digest] = chunk
        self._young_bytes += len(chunk.piece) + CHUNK_BYTES
        if self._young_bytes > self._generation_bytes:
            self._young, self._old, self._young_bytes = {}, self._young, 0
        return chunk
