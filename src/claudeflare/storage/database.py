"""One database, SQLite or PostgreSQL: connections set up right, many readers, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from claudeflare.errors import StorageError
from claudeflare.storage.database_error import storage_errors

BUSY_SECONDS = 5.0
"""How long a statement waits for another process's write before it fails."""

_POOL_CONNECTIONS = 4
_POOL_OVERFLOW = 40
"""Above the API's 40 threads, so that a reader never waits for a connection that another reader holds."""

_SQLITE_PRAGMAS = (
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
)


class Database:
    """Opens on construction and raises `StorageError` when that fails. Makes no tables: `migrate.upgrade` does."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        """`sqlite:///path/to/file` or `postgresql://user@host/name`."""
        parsed = _parse(url)
        self.path: Path | None = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        """The file; None for PostgreSQL."""
        self.place = parsed.render_as_string(hide_password=True) if self.path is None else str(self.path)
        """How messages name it."""
        if self.path is not None:
            _create_private(self.path)
        self._engine = _postgresql_engine(parsed) if self.path is None else _sqlite_engine(parsed, busy_seconds)
        self._writer: AbstractContextManager[Any] = threading.Lock() if self.path is not None else nullcontext()
        self._writing_thread: int | None = None
        try:
            with self.read() as connection:
                connection.exec_driver_sql("SELECT 1" if self.path is None else "SELECT count(*) FROM sqlite_schema")
        except BaseException:
            self.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout. Nothing is committed."""
        with storage_errors(self.place), self._engine.connect() as connection:
            if self.path is None:
                # SQLite's readers see one state anyway; PostgreSQL's default is one state per statement.
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def write(self, *, foreign_keys: bool = True) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back when it raises.

        Without `foreign_keys` SQLite does not check references, nor act on them.
        """
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("write() inside write() would wait for itself for ever")
        # One writer at a time in this process: SQLite would make the others poll its lock and starve some of them.
        # The lock comes before the connection, so that waiting writers do not hold connections that readers need.
        with storage_errors(self.place), self._writer:
            self._writing_thread = threading.get_ident() if self.path is not None else None
            try:
                with (
                    self._engine.connect() as connection,
                    _foreign_keys(connection, foreign_keys),
                    connection.execution_options(begin="IMMEDIATE").begin(),
                ):
                    yield connection
            finally:
                self._writing_thread = None

    def dispose(self) -> None:
        """Close all connections; the last one to go folds the log back into the file."""
        self._engine.dispose()

    def __repr__(self) -> str:
        return f"<Database {self.place}>"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError("The database URL cannot be read. Use sqlite:///PATH or postgresql://…") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StorageError("The database URL names no file. Use sqlite:///PATH (four slashes for an absolute path).")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StorageError(f"The database URL is for {backend}. Use sqlite:///PATH or postgresql://…")
    return parsed


def _create_private(path: Path) -> None:
    """SQLite would create the file readable by all; its log files take over the mode it finds here."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be opened ({error.strerror}). Check that its directory exists and is writable."
        ) from error


def _postgresql_engine(url: URL) -> Engine:
    # The ping replaces connections that died with a restart of the server or an idle firewall.
    return create_engine(url, pool_pre_ping=True, pool_size=_POOL_CONNECTIONS, max_overflow=_POOL_OVERFLOW)


def _sqlite_engine(url: URL, busy_seconds: float) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": busy_seconds}, pool_size=_POOL_CONNECTIONS, max_overflow=_POOL_OVERFLOW
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Else the driver begins transactions by itself, late and never for reads or DDL; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _foreign_keys(connection: Connection, enforced: bool) -> Iterator[None]:
    if enforced:
        yield
        return
    # On the driver's connection: through SQLAlchemy's it would begin a transaction, in which this has no effect.
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the write lock at once: a transaction that read first and writes later cannot wait for another
    # writer, because what it has read would be stale, and fails with "database is locked" whatever the timeout.
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
