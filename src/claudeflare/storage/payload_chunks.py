"""Chunks of bodies in the database: found by what is in them, added once, dropped when nothing younger has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeVar

import zstandard
from sqlalchemy import Connection, delete, func, select, update

from claudeflare.errors import StorageError
from claudeflare.storage.among import rows_among
from claudeflare.storage.payload_tables import payload_chunks, payload_totals
from claudeflare.storage.upsert import add_many, insert_new

T = TypeVar("T")

STEP_SECONDS: Final = 600
"""How finely a chunk's last use is kept. A conversation that goes on marks its chunks anew once in this time instead of
with every turn; and what no body has any more may stay this much longer."""
ROW_BYTES: Final = 160
"""What a chunk takes beside its data: digest, its index, the rest of the row. Measured."""

_LEVEL: Final = 1
"""On pieces this small, level 3 takes a fifth longer and saves 1 %."""
_PER_STATEMENT: Final = 500
_c = payload_chunks.c
_STATE: Final = select(
    select(func.max(_c.id)).scalar_subquery(), select(payload_totals.c.dropped_before).scalar_subquery()
)


class State(NamedTuple):
    """What tells whether others have changed chunks in the meantime."""

    last_id: int
    """Of a chunk; the next ones follow it."""
    dropped_before: int
    """A chunk that was last used in this time step or later has not been dropped."""


def step_of(at: float) -> int:
    """The time step of a moment."""
    return int(at // STEP_SECONDS)


def compress_each(pieces: Iterable[bytes]) -> list[bytes]:
    """In zstd, each by itself."""
    compress = zstandard.ZstdCompressor(level=_LEVEL).compress
    return [compress(piece) for piece in pieces]


def decompress(data: bytes) -> bytes:
    """What was compressed. Raises `StorageError` when it is damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise StorageError("A stored payload is damaged and cannot be read.") from error


def state(connection: Connection) -> State:
    """As of this transaction."""
    row = connection.execute(_STATE).one()
    return State(row[0] or 0, row[1] or 0)


def find(connection: Connection, digests: Collection[bytes]) -> dict[bytes, tuple[int, int]]:
    """Ids and last use of those that are stored."""
    found: dict[bytes, tuple[int, int]] = {}
    for some in slices(digests, _PER_STATEMENT):
        rows = rows_among(connection, "SELECT digest, id, last_used FROM payload_chunks WHERE digest", some)
        found.update((digest, (chunk_id, last_used)) for digest, chunk_id, last_used in rows)
    return found


def add(connection: Connection, first_id: int, compressed: Mapping[bytes, bytes], step: int) -> None:
    """Store chunks that are not, by digest, with consecutive ids; `first_id` is the one after `State.last_id`."""
    ids = range(first_id, first_id + len(compressed))
    columns = (ids, tuple(compressed), (step,) * len(ids), tuple(compressed.values()))
    if not insert_new(connection, payload_chunks, columns):
        raise StorageError("Another process has stored parts of the same payloads. They are stored again later.")
    count(connection, stored=sum(map(len, compressed.values())) + ROW_BYTES * len(ids))


def touch(connection: Connection, ids: Collection[int], step: int) -> None:
    """These are in a body of that step."""
    for some in slices(ids, _PER_STATEMENT):
        # Numbers of our own, within the statement: to bind each would cost more than to look it up.
        which = f"last_used < {step:d} AND id IN ({','.join(map(str, some))})"
        connection.exec_driver_sql(f"UPDATE payload_chunks SET last_used = {step:d} WHERE {which}")  # noqa: S608


def read(connection: Connection, ids: Sequence[int]) -> bytes:
    """The pieces one after the other. Raises `StorageError` when one is missing or damaged."""
    pieces: dict[int, bytes] = {}
    for some in slices(set(ids), _PER_STATEMENT):
        for row in connection.execute(select(_c.id, _c.data).where(_c.id.in_(some))):
            pieces[row.id] = decompress(row.data)
    try:
        return b"".join([pieces[chunk_id] for chunk_id in ids])
    except KeyError:
        raise StorageError("A part of this payload is missing in the database.") from None


def drop_unused(connection: Connection, before_step: int | None, limit: int) -> int:
    """Drop chunks last used before that step (None: all), at most `limit`; how many that were."""
    condition = () if before_step is None else (_c.last_used < before_step,)
    oldest = select(_c.id, _c.last_used, func.length(_c.data).label("bytes")).where(*condition)
    rows = connection.execute(oldest.order_by(_c.last_used).limit(limit)).all()
    for some in slices([row.id for row in rows], _PER_STATEMENT):
        connection.execute(delete(payload_chunks).where(_c.id.in_(some)))
    if rows:
        count(connection, stored=-sum(row.bytes + ROW_BYTES for row in rows))
        dropped_before = rows[-1].last_used + 1
        later = update(payload_totals).where(payload_totals.c.dropped_before < dropped_before)
        connection.execute(later.values(dropped_before=dropped_before))
    return len(rows)


def count(connection: Connection, *, payloads: int = 0, kept: int = 0, stored: int = 0) -> None:
    """Add to the sums."""
    if payloads or kept or stored:
        add_many(connection, payload_totals, [(1, payloads, kept, stored, 0)])


def slices(items: Collection[T], size: int) -> Iterator[list[T]]:
    """All of them in order, at most so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
