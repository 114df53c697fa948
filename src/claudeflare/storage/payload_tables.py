"""The tables of payloads: beside the others in PostgreSQL, in a file of their own with SQLite."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Named, Table, TypedColumns

from claudeflare.storage.tables import Key, metadata

payload_metadata = MetaData(naming_convention=metadata.naming_convention)
"""Apart from `tables.metadata`: it says what a file of payloads has to hold, and it alone."""


class PayloadColumns(TypedColumns):
    """One row per captured body. Refers to no request: with SQLite that is in another file."""

    request_id: Named[str] = Column(Key, primary_key=True)
    part: Named[str] = Column(Key, primary_key=True)
    """`request` or `response`."""
    at: Named[float]
    size: Named[int] = Column(BigInteger)
    """Bytes of the whole body."""
    kept: Named[int] = Column(BigInteger)
    """Bytes of it that were captured, from its beginning."""
    content_encoding: Named[str | None]
    fields: Named[bytes]
    """Header fields: pairs in MessagePack, in zstd."""
    chunks: Named[bytes]
    """Ids of its chunks in order; see `chunk_runs`."""


payloads = Table("payloads", payload_metadata, PayloadColumns, Index(None, "at"))


class PayloadChunkColumns(TypedColumns):
    """Pieces of bodies, each once, however many bodies have it."""

    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    digest: Named[bytes] = Column(unique=True)
    last_used: Named[int] = Column(BigInteger)
    """The latest time step in which a body that has it was captured; see `payload_chunks.step_of`."""
    data: Named[bytes]
    """In zstd."""


payload_chunks = Table("payload_chunks", payload_metadata, PayloadChunkColumns, Index(None, "last_used"))


class PayloadTotalColumns(TypedColumns):
    """One row of sums over the two, kept up by whatever writes them: to count them would read them all."""

    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    payloads: Named[int] = Column(BigInteger)
    kept: Named[int] = Column(BigInteger)
    """Bytes of captured bodies."""
    stored: Named[int] = Column(BigInteger)
    """Bytes these take, rows and indexes included by estimate."""
    dropped_before: Named[int] = Column(BigInteger)
    """Of chunks last used in this time step or later, none has ever been dropped."""


payload_totals = Table("payload_totals", payload_metadata, PayloadTotalColumns)
