"""Chunks lately seen, by their content: what a body repeats is neither hashed again nor looked up in the database."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from claudeflare.storage.content_chunks import piece_end

MOST_BYTES: Final = 32 * 1024 * 1024
"""What they may take: some twenty long conversations. Those of others are found in the database."""
CHUNK_BYTES: Final = 400
"""What each takes beside its content."""
HEAD_BYTES: Final = 32
"""By so many first bytes a chunk is found, and then compared as a whole."""


DIGEST_BYTES: Final = 20
"""Two pieces of equal digest are taken for equal: at 160 bits nobody can find such a pair, nor meet one by chance."""


class Chunk:
    """A piece of bodies, in memory."""

    __slots__ = ("digest", "id", "last_used", "piece")

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        # Of those that are built in, the fastest: processors have instructions for it.
        self.digest = sha256(piece).digest()[:DIGEST_BYTES]
        self.id = 0
        """In the database; 0 when that is not known."""
        self.last_used = -1
        """At least this is its `last_used` in the database, as long as it has not been dropped there."""

    def __repr__(self) -> str:
        return f"<Chunk {self.id} of {len(self.piece)} bytes>"


class KnownChunks:
    """A bounded number of them in two generations: what was not met since the last change of generations goes.

    What one of them says is true for the database only if its last use is not before `payload_chunks.State`'s
    `dropped_before`; and nothing of it is, when the transaction that gave it its id has failed: `clear` then.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._generation_bytes = most_bytes // 2
        self._young: dict[bytes, Chunk] = {}
        self._old: dict[bytes, Chunk] = {}
        self._young_bytes = 0

    def clear(self) -> None:
        """Forget all."""
        self._young, self._old, self._young_bytes = {}, {}, 0

    def remember(self, chunk: Chunk) -> None:
        """Have it found from now on; another with the same beginning no longer is."""
        self._young[chunk.piece[:HEAD_BYTES]] = chunk
        self._young_bytes += len(chunk.piece) + CHUNK_BYTES
        if self._young_bytes > self._generation_bytes:
            self._young, self._old, self._young_bytes = {}, self._young, 0

    def known(self, body: bytes, start: int) -> Chunk | None:
        """The chunk that was seen last of those that begin as the body does at `start`, if the body goes on like it."""
        head = body[start : start + HEAD_BYTES]
        chunk = self._young.get(head)
        if chunk is None:
            chunk = self._old.get(head)
            if chunk is None or not body.startswith(chunk.piece, start):
                return None
            self.remember(chunk)
            return chunk
        return chunk if body.startswith(chunk.piece, start) else None

    def cut(self, body: bytes) -> list[Chunk]:
        """Cut a body where its content says so, or where the same content has been cut before."""
        chunks = []
        start, size = 0, len(body)
        while start < size:
            chunk = self.known(body, start)
            if chunk is None:
                chunk = Chunk(body[start : piece_end(body, start, size)])
                self.remember(chunk)
            chunks.append(chunk)
            start += len(chunk.piece)
        return chunks
