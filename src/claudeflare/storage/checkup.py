"""Whether a database can be used: it answers, has this version's tables, and is not damaged as far as a look tells."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database, sqlite_file
from claudeflare.storage.migrate import head_revision, known_revisions, revision_of

DAMAGE_SHOWN: Final = 3
"""Lines of SQLite's about damage that are passed on; there may be a hundred."""
_STEPS: Final = 10_000
"""Of SQLite's machine between two looks at the clock: well below a millisecond."""


class DatabaseCondition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was found. With `error`, what comes after it is not known."""

    place: str
    """How messages name it; without a password."""
    error: str | None = None
    """Why it cannot be used, and what to do."""
    engine: str = ""
    """As `SQLite 3.45.1`."""
    revision: str | None = None
    """Of its tables; None: it has none yet."""
    needed_revision: str = ""
    known_revision: bool = True
    """False: a newer version of this program made its tables."""
    sound: bool | None = None
    """None: not known, because to look took too long, or because the database's server looks after that itself."""
    damage: list[str] = []
    """The first words about it."""


def checkup_at(url: str, seconds: float, busy_seconds: float) -> DatabaseCondition | None:
    """The same of a database nobody has opened yet; None where SQLite's file does not exist: to open it would make it.

    For `busy_seconds` at most another process's write is waited for.
    """
    file: Path | None = None
    try:
        file = sqlite_file(url)
        if file is not None and not file.exists():
            return None
        database = Database(url, busy_seconds)
    except StorageError as error:
        return DatabaseCondition(place="PostgreSQL" if file is None else str(file), error=str(error))
    try:
        return checkup(database, seconds)
    finally:
        database.dispose()


def checkup(database: Database, seconds: float) -> DatabaseCondition:
    """Look at it, for about `seconds` at most. Changes nothing, and raises nothing a person could act on."""
    try:
        with database.read() as connection:
            revision = revision_of(connection)
            sqlite = database.path is not None
            damage = _damage(connection, seconds) if sqlite else None
            return DatabaseCondition(
                place=database.place,
                engine=_engine(connection, sqlite=sqlite),
                revision=revision,
                needed_revision=head_revision(),
                known_revision=revision is None or revision in known_revisions(),
                sound=None if damage is None else not damage,
                damage=damage or [],
            )
    except StorageError as error:
        return DatabaseCondition(place=database.place, error=str(error))


def _engine(connection: Connection, *, sqlite: bool) -> str:
    if sqlite:
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"


def _damage(connection: Connection, seconds: float) -> list[str] | None:
    """What `PRAGMA quick_check` says, nothing when all is well; None when there was no time to hear it out."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        rows = driver.execute(f"PRAGMA quick_check({DAMAGE_SHOWN})").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        driver.set_progress_handler(None, 0)
    # Several findings may share a row.
    lines = [line for (text,) in rows for line in str(text).splitlines() if not line.startswith("***")]
    return [] if lines == ["ok"] else lines[:DAMAGE_SHOWN]
