"""Writes captured bodies: cut into chunks, and many together in a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from claudeflare.journal.payloads import Payload
from claudeflare.storage.database import Database
from claudeflare.storage.known_chunks import Chunk, KnownChunks, digest
from claudeflare.storage.payload_chunks import step_of
from claudeflare.storage.payload_group import CutPayload, PayloadGroup

PAYLOADS_AT_ONCE: Final = 500
"""Rows written in one transaction, beside those of chunks."""
CHUNKS_AT_ONCE: Final = 1024
"""Chunks looked up or marked in one transaction; a single body may have more."""
ANSWER_PIECE_BYTES: Final = 32_768
"""No answer repeats another. Its events have their words in common: in large pieces they shrink to a third of what they
take in small ones."""


class PayloadWriting:
    """For one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = KnownChunks()

    def store(self, captured: Sequence[Payload]) -> None:
        """Store them. One that is stored already, by its id and part, stays as it is. Raises `StorageError`."""
        try:
            for cut in self._groups(captured):
                PayloadGroup(self._database, cut).store()
        except BaseException:
            self._known.clear()  # it may have ids of chunks that were not stored in the end
            raise

    def _groups(self, captured: Sequence[Payload]) -> Iterator[list[CutPayload]]:
        """Cut, and as many together as one transaction takes."""
        group: list[CutPayload] = []
        size = 0
        for payload in captured:
            chunks = self._cut(payload)
            step = step_of(payload.at)
            work = sum([chunk.last_used < step for chunk in chunks])
            if group and (size + work > CHUNKS_AT_ONCE or len(group) == PAYLOADS_AT_ONCE):
                yield group
                group, size = [], 0
            group.append(CutPayload(payload, chunks))
            size += work
        if group:
            yield group

    def _cut(self, payload: Payload) -> list[Chunk]:
        body = payload.body
        if payload.part == "request":
            return self._known.cut(body)
        pieces = [body[start : start + ANSWER_PIECE_BYTES] for start in range(0, len(body), ANSWER_PIECE_BYTES)]
        return [Chunk(piece, digest(piece)) for piece in pieces]
