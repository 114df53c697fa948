"""What the database's errors mean to its owner: one `StorageError` that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
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
        raise StorageError(_explain(error.orig, place)) from error
    except sqlite3.Error as error:
        raise StorageError(_explain(error, place)) from error


def _explain(error: BaseException | None, place: str) -> str:
    # The low byte is the primary code; the others say which variant of it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    advice = _SQLITE_ADVICE.get(code)
    if advice is not None:
        return f"The database {place} {advice}"
    return f"The database {place} failed: {error}"
