"""One database, SQLite or PostgreSQL, with the same promises: many readers, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from claudeflare.errors import StorageError
from claudeflare.storage.database_error import storage_errors
from claudeflare.storage.postgresql import Postgresql
from claudeflare.storage.slow_statements import SlowStatements
from claudeflare.storage.sqlite import Sqlite

BUSY_SECONDS = 5.0
"""How long a statement waits for another process's write before it fails."""


class Backend(Protocol):
    """What differs between the two databases."""

    engine: Engine
    place: str

    def check(self, connection: Connection) -> None:
        """Whether the database can be used; raises when not."""

    def prepare_read(self, connection: Connection) -> None:
        """Let the transaction that begins next see one state throughout."""

    def write(self, connection: Connection) -> AbstractContextManager[None]:
        """The transaction of the one writer."""
        ...

    def migration(self, connection: Connection) -> AbstractContextManager[None]:
        """The same for changes of tables."""
        ...

    def exclusive(self, subject: str) -> AbstractContextManager[None]:
        """See `Database.exclusive`."""
        ...


class Database:
    """Opens on construction and raises `StorageError` when that fails. Makes no tables: `migrate.upgrade` does."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        """`sqlite:///path/to/file` or `postgresql://user@host/name`."""
        parsed = _parse(url)
        backend = Sqlite if parsed.get_backend_name() == "sqlite" else Postgresql
        self._backend: Backend = backend(parsed, busy_seconds)
        self._engine = self._backend.engine
        self.place = self._backend.place
        """How messages name it."""
        self.path: Path | None = Path(self.place) if backend is Sqlite else None
        """The file; None for PostgreSQL."""
        self.statements = SlowStatements(self._engine)
        self._writer = threading.Lock()
        self._writing_thread: int | None = None
        try:
            with self.read() as connection:
                self._backend.check(connection)
        except BaseException:
            self.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout. Nothing is committed."""
        with storage_errors(self.place), self._engine.connect() as connection:
            self._backend.prepare_read(connection)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back when it raises.

        It is the only one that writes: what it has read holds until it ends.
        """
        with self._connection_of_the_writer() as connection, self._backend.write(connection):
            yield connection

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """A write transaction that may change tables, and waits as long as it must."""
        with self._connection_of_the_writer() as connection, self._backend.migration(connection):
            yield connection

    @contextmanager
    def exclusive(self, subject: str) -> Iterator[None]:
        """Keep other processes that share the database, here or elsewhere, out of the block of the same subject.

        This is no transaction: what is to be read and written inside is read and written as anywhere. Threads of this
        process are not kept apart.
        """
        with storage_errors(self.place), self._backend.exclusive(subject):
            yield

    @contextmanager
    def _connection_of_the_writer(self) -> Iterator[Connection]:
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("write() inside write() would wait for itself for ever")
        # The databases have a write lock of their own, for other processes. Within this one, SQLite would make writers
        # poll it and starve some of them. And this lock comes before the connection, so that waiting writers do not
        # hold connections that readers need.
        with storage_errors(self.place), self._writer:
            self._writing_thread = threading.get_ident()
            try:
                with self._engine.connect() as connection:
                    yield connection
            finally:
                self._writing_thread = None

    def dispose(self) -> None:
        """Close all connections; SQLite's last one to go folds the log back into the file."""
        self._engine.dispose()

    def __repr__(self) -> str:
        return f"<Database {self.place}>"


def sqlite_file(url: str) -> Path | None:
    """The file a URL names, there or not; None for PostgreSQL. Raises `StorageError`."""
    parsed = _parse(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _parse(url: str) -> URL:
    # Nothing of the URL in these messages, nor in what caused them: it may hold a password.
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("The database URL cannot be read. Use sqlite:///PATH or postgresql://…") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StorageError("The database URL names no file. Use sqlite:///PATH (four slashes for an absolute path).")
    if backend not in ("sqlite", "postgresql"):
        raise StorageError(f"The database URL is for {backend}. Use sqlite:///PATH or postgresql://…")
    if "@" in (parsed.host or ""):
        raise StorageError("The database URL holds more than one @. Write the password's own as %40.")
    return parsed
