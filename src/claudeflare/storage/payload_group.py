"""Some payloads on their way into the database: compressed outside any transaction, stored in short ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from claudeflare.journal.payloads import Payload
from claudeflare.storage import payload_chunks
from claudeflare.storage.database import Database
from claudeflare.storage.known_chunks import Chunk
from claudeflare.storage.payload_chunks import State
from claudeflare.storage.payload_rows import add_payloads

CHUNKS_AT_ONCE: Final = 512
"""New chunks written in one transaction: some milliseconds."""
BYTES_AT_ONCE: Final = 1_048_576
"""Of their compressed data."""


class CutPayload(NamedTuple):
    """A payload and what its body consists of."""

    payload: Payload
    chunks: list[Chunk]


class PayloadGroup:
    """As many payloads as go into one transaction. To be stored once; after a failure, their chunks say nothing."""

    def __init__(self, database: Database, cut: Sequence[CutPayload]) -> None:
        self._database = database
        self._cut = cut
        # The latest of all: a chunk may be kept for longer than it has to be, never shorter.
        self._step = max(payload_chunks.step_of(each.payload.at) for each in cut)
        self._lacking = [chunk for each in cut for chunk in each.chunks if not chunk.id]
        self._packed: dict[bytes, bytes] = {}
        self._seen: State | None = None
        """What `_lacking` was last looked up against."""

    def store(self) -> None:
        """Store them. Raises `StorageError`."""
        if self._lacking:
            with self._database.read() as connection:
                self._pack(self._absent(connection))
            for some in list(_steps(self._packed))[:-1]:
                with self._database.write() as connection:
                    absent = self._absent(connection)
                    self._add(connection, {digest: absent[digest] for digest in some if digest in absent})
        with self._database.write() as connection:
            self._add(connection, self._absent(connection))
            old = {chunk.id: chunk for each in self._cut for chunk in each.chunks if chunk.last_used < self._step}
            payload_chunks.touch(connection, old, self._step)
            add_payloads(connection, [(each.payload, [chunk.id for chunk in each.chunks]) for each in self._cut])
        for chunk in old.values():
            chunk.last_used = self._step

    def _absent(self, connection: Connection) -> dict[bytes, Chunk]:
        """Chunks that are not stored, by digest. Of those in memory, and those found before, most are not asked for."""
        state = payload_chunks.state(connection)
        if state != self._seen:
            # Nothing holds that was found; of what is in memory, only what is younger than all that has been dropped.
            self._lacking += [
                chunk for each in self._cut for chunk in each.chunks if chunk.last_used < state.dropped_before
            ]
            stored = payload_chunks.find(connection, {chunk.digest for chunk in self._lacking})
            for chunk in self._lacking:
                chunk.id, chunk.last_used = stored.get(chunk.digest, (0, -1))
            self._seen = state
        return {chunk.digest: chunk for chunk in self._lacking if not chunk.id}

    def _pack(self, absent: Mapping[bytes, Chunk]) -> None:
        unpacked = {digest: chunk.piece for digest, chunk in absent.items() if digest not in self._packed}
        self._packed.update(zip(unpacked, payload_chunks.compress_each(unpacked.values()), strict=True))

    def _add(self, connection: Connection, absent: Mapping[bytes, Chunk]) -> None:
        """Store these; `_seen` is this transaction's."""
        if not absent:
            return
        assert self._seen is not None
        self._pack(absent)
        first, dropped_before = self._seen.last_id + 1, self._seen.dropped_before
        payload_chunks.add(connection, first, {digest: self._packed[digest] for digest in absent}, self._step)
        ids = dict(zip(absent, range(first, first + len(absent)), strict=True))
        for chunk in self._lacking:
            if chunk.digest in ids:
                chunk.id, chunk.last_used = ids[chunk.digest], self._step
        self._seen = State(first + len(absent) - 1, dropped_before)


def _steps(packed: Mapping[bytes, bytes]) -> Iterator[list[bytes]]:
    """Digests of what to add in one transaction each."""
    step: list[bytes] = []
    size = 0
    for digest, data in packed.items():
        if step and (len(step) == CHUNKS_AT_ONCE or size + len(data) > BYTES_AT_ONCE):
            yield step
            step, size = [], 0
        step.append(digest)
        size += len(data)
    yield step
