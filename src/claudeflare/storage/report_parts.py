"""What a report about a database says of its tables and indexes."""

from __future__ import annotations

import msgspec


class TableSize(msgspec.Struct, frozen=True, kw_only=True):
    """One table with its indexes. None: this database does not tell."""

    name: str
    rows: int
    bytes: int | None
    index_bytes: int | None
    exact: bool
    """False: rows and bytes are estimates."""
    unused_bytes: int | None = None
    """In pages of the table and its indexes, holding nothing."""
    dead_rows: int | None = None
    """Deleted or replaced, and not cleared away yet. PostgreSQL's."""

    @property
    def total_bytes(self) -> int:
        """With its indexes."""
        return (self.bytes or 0) + (self.index_bytes or 0)


class IndexSize(msgspec.Struct, frozen=True, kw_only=True):
    """One index."""

    name: str
    table: str
    bytes: int | None
    exact: bool
    scans: int | None = None
    """How often it was used since the server's statistics were last reset. PostgreSQL's."""


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """A whole database."""

    kind: str
    """`sqlite` or `postgresql`."""
    bytes: int
    free_bytes: int
    """Whole pages of the file that are in use no more: what compaction gives back."""
    log_bytes: int | None
    """Of the write-ahead log; None: not to be seen by this user."""
    tables: list[TableSize]
    indexes: list[IndexSize]
