"""SQLite connections set up right: a private file, write-ahead log, checked references, explicit transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, FromClause, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from claudeflare.errors import StorageError
from claudeflare.storage.timed_cursor import TimedConnection

_POOL_CONNECTIONS = 4
_POOL_OVERFLOW = 40
"""Above the API's 40 threads, so that a reader never waits for a connection that another reader holds."""

_PRAGMAS = (
    # Frees pages in steps instead of by copying the whole file. Works only when set before the first page is written.
    "auto_vacuum = INCREMENTAL",
    # Readers go on while the writer writes, and the writer does not wait for readers.
    "journal_mode = WAL",
    # With WAL: no disk sync per commit. A killed process loses nothing; a power loss may lose the last commits.
    "synchronous = NORMAL",
    # SQLite checks REFERENCES only when asked to, per connection.
    "foreign_keys = ON",
    # Give disk space back after one large transaction has stretched the log.
    "journal_size_limit = 67108864",
    # KiB (the sign says so), of 2000 by default: a batch of records touches a page of every index, and what does not
    # fit is written to the log in the middle of the transaction and read again. Taken as needed, by each connection.
    "cache_size = -16000",
)


class _Compiler(SQLiteCompiler):
    """Writes `INDEXED BY`, given to a query by `with_hint`, where SQLite has it; SQLAlchemy's own leaves hints out."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


class Sqlite:
    """A database in one file. Makes the file if need be; raises `StorageError` when that fails."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        """Statements wait `busy_seconds` for another process's write."""
        self.place = url.database or ""
        """How messages name it."""
        _create_private(Path(self.place))
        self.engine = create_engine(
            url,
            connect_args={"timeout": busy_seconds, "factory": TimedConnection},
            pool_size=_POOL_CONNECTIONS,
            max_overflow=_POOL_OVERFLOW,
            hide_parameters=True,
        )
        self.engine.dialect.statement_compiler = _Compiler
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    def check(self, connection: Connection) -> None:
        """Fails unless the file is a database."""
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")

    def prepare_read(self, connection: Connection) -> None:
        """Nothing to do: every reader sees one state throughout."""

    @contextmanager
    def write(self, connection: Connection) -> Iterator[None]:
        """A transaction that holds the write lock from its beginning."""
        with connection.execution_options(begin="IMMEDIATE").begin():
            yield

    @contextmanager
    def migration(self, connection: Connection) -> Iterator[None]:
        """The same with references neither checked nor acted on, until the end: then none may be broken.

        Migrations replace tables. With references enforced, dropping the old copy would delete, by cascade, every row
        that refers to it.
        """
        # On the driver's connection: through SQLAlchemy's it would begin a transaction, in which this has no effect.
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.write(connection):
                yield
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise StorageError(f"Migrating {self.place} would leave rows of {broken[0]} that refer to nothing.")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def exclusive(self, subject: str) -> Iterator[None]:
        """Nothing to do: the lock on the data directory keeps other processes out of all of it."""
        yield


def _create_private(path: Path) -> None:
    """SQLite would create the file readable by all; its log files take over the mode it finds here."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be opened ({error.strerror}). Check that its directory exists and is writable."
        ) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Else the driver begins transactions by itself, late and never for reads or DDL; `_begin` does it instead.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes the write lock at once: a transaction that read first and writes later cannot wait for another
    # writer, because what it has read would be stale, and fails with "database is locked" whatever the timeout.
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
