"""What the database's errors mean to its owner: one `StorageError` that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from claudeflare.errors import StorageError

_SQLITE_ADVICE = {
    sqlite3.SQLITE_READONLY: "is read-only. Make the file and its directory writable for the user who runs this.",
    sqlite3.SQLITE_PERM: "may not be opened. Make the file and its directory writable for the user who runs this.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its directory exists and is writable.",
    sqlite3.SQLITE_NOTADB: "is not a database. Restore it from a backup, or move it away to start afresh.",
    sqlite3.SQLITE_CORRUPT: "is damaged. Restore it from a backup, or move it away to start afresh.",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Free some space.",
    sqlite3.SQLITE_BUSY: "is locked by another process. End what else has it open, then try again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written. Check its disk.",
}
"""Primary result codes (https://www.sqlite.org/rescode.html) that a person can do something about."""

_POSTGRESQL_ADVICE = {
    "25006": "is read-only. Name the primary server in DATABASE_URL, and a user who may write.",
    "42501": "does not let this user do that. Make the user in DATABASE_URL its owner.",
    "53100": "cannot grow: the server's disk is full. Free some space there.",
    "53200": "is out of memory. Give its server more, or fewer connections.",
    "55P03": "is locked by another process. End what else writes to it, then try again.",
    "57014": "took too long to answer and was told to stop. Look at the server's load, then try again.",
    "58030": "cannot be read or written. Check the server's disk.",
    "XX001": "is damaged. Restore it from a backup.",
    "XX002": "has a damaged index. Rebuild it (REINDEX DATABASE), or restore the database from a backup.",
}
"""SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) of the same kind."""


@contextmanager
def storage_errors(place: str) -> Iterator[None]:
    """Turn the driver's errors into `StorageError`, naming `place`.

    A violated constraint passes: it is an answer to what was asked, and the store that asked knows what it means.
    """
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as error:
        raise StorageError(f"The database {place} is too busy: no connection came free. Try again.") from error
    except DBAPIError as error:
        raise StorageError(f"The database {place} {_advice(error)}") from error
    except sqlite3.Error as error:
        raise StorageError(f"The database {place} {_sqlite_advice(error)}") from error


def _advice(error: DBAPIError) -> str:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _sqlite_advice(cause)
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate in _POSTGRESQL_ADVICE:
        return _POSTGRESQL_ADVICE[sqlstate]
    reason = _one_line(cause)
    if error.connection_invalidated:
        return f"broke the connection off ({reason}). It is used again as soon as its server answers."
    if sqlstate is None and isinstance(error, OperationalError):
        # Before a connection is made the driver passes on the server's words alone, and no code.
        if "FATAL:" in reason:
            why = reason.rpartition("FATAL:")[2].strip()
            return f"refuses the connection: {why}. Check DATABASE_URL (user, password, database) and the server's log."
        return f"cannot be reached: {reason}. Check that its server runs, and host and port in DATABASE_URL."
    return f"failed: {reason}"


def _sqlite_advice(error: sqlite3.Error) -> str:
    # The low byte is the primary code; the others say which variant of it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _SQLITE_ADVICE.get(code) or f"failed: {error}"


def _one_line(error: BaseException | None) -> str:
    # The first part of a server's message; what follows quotes the statement, or rows.
    diagnosis = getattr(error, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(error)
    # libpq indents its guesses at the cause; ours follows.
    lines = [line for line in message.splitlines() if not line.startswith("\t")]
    line = " ".join(" ".join(lines).split()).removeprefix("connection is bad: ").removeprefix("connection failed: ")
    return line.rstrip(".")
