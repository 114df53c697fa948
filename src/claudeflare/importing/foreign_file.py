"""A SQLite file of another program: opened for reading alone, also while that program runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from claudeflare.errors import InvalidInput, StorageError

FETCHED_AT_ONCE: Final = 1000
BUSY_SECONDS: Final = 10.0


class ForeignFile:
    """One moment of it: what the other program writes meanwhile is not seen."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self.columns: Mapping[str, frozenset[str]] = {
            table: frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})"))
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        }
        """Table -> its columns."""

    def rows(self, table: str, columns: Sequence[str], order: str = "") -> Iterator[dict[str, Any]]:
        """Every row, with these columns; None in those that this version of the table does not have."""
        present = self.columns.get(table, frozenset())
        selected = ", ".join(_quoted(name) if name in present else f"NULL AS {_quoted(name)}" for name in columns)
        cursor = self._connection.execute(f"SELECT {selected} FROM {_quoted(table)} {order}")  # noqa: S608 our own names
        while fetched := cursor.fetchmany(FETCHED_AT_ONCE):
            for row in fetched:
                yield dict(zip(columns, row, strict=True))

    def answer(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query of our own."""
        return self._connection.execute(query).fetchall()


@contextmanager
def opened(path: Path) -> Iterator[ForeignFile]:
    """Open it. Raises `InvalidInput` when it is no SQLite file, `StorageError` when it cannot be read."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    real = path.resolve()  # what belongs to the database lies beside it, and not beside a link to it
    beside = [real.with_name(real.name + ending) for ending in ("-wal", "-journal")]
    try:
        if any(each.exists() for each in beside):
            with closing(_connected(real, "mode=ro")) as connection:
                yield ForeignFile(path, connection)
        else:
            # Nobody has it open. As any other reader of a file in WAL mode, we would leave files beside it.
            with _unchanged(real), closing(_connected(real, "mode=ro&immutable=1")) as connection:
                yield ForeignFile(path, connection)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname == "SQLITE_NOTADB":
            raise InvalidInput(f"{path} is not a SQLite database.") from error
        raise StorageError(
            f"{path} cannot be read ({error}). Check that you may read it and what lies beside it (-wal, -shm), or"
            " that it is not damaged: sqlite3 FILE 'PRAGMA integrity_check'."
        ) from error


@contextmanager
def _unchanged(path: Path) -> Iterator[None]:
    """Raises `StorageError` at the end when somebody has written to it meanwhile: then anything may have been read."""
    before = path.stat()
    yield
    after = path.stat()
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise StorageError(f"{path} was changed while it was read. Run this again; what was taken is not taken twice.")


def _connected(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?{options}", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        connection.text_factory = lambda data: data.decode(errors="replace")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")  # what is sorted must not lie in a temporary file
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
