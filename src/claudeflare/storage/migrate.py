"""Brings a database to the schema this program knows, after a backup, all of it or nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.database_error import storage_errors

PACKAGED = "claudeflare.storage:migrations"
"""Where the revisions lie, as Alembic names it. The functions below take another place for tests of what is to come."""


def upgrade(database: Database, backup_directory: Path | None, scripts: str = PACKAGED) -> Path | None:
    """Apply every revision that is missing. Returns the backup copy, if one was made.

    An SQLite database of an older revision is copied to `backup_directory` first; with None, or for PostgreSQL, nothing
    is copied. All revisions run in one transaction: a failure leaves the old schema, and of two processes that upgrade
    at once the second finds nothing left to do. Raises `StorageError` when the database is newer than this program.
    """
    with database.migration() as connection:
        revision = revision_of(connection)
        _refuse_unknown(revision, database, scripts)
        if revision == head_revision(scripts):
            return None
        backup = None
        if revision is not None and backup_directory is not None and database.path is not None:
            backup = _back_up(database.path, backup_directory, revision)
        command.upgrade(_config(scripts, connection), "head")
        return backup


def downgrade(database: Database, revision: str, scripts: str = PACKAGED) -> None:
    """Take revisions back, newest first, until `revision` is the newest; `base` takes back all, data included."""
    with database.migration() as connection:
        _refuse_unknown(revision_of(connection), database, scripts)
        command.downgrade(_config(scripts, connection), revision)


def remake(connection: Connection, database: Database, revision: str, scripts: str = PACKAGED) -> None:
    """Take back every revision, data included, and make empty tables of `revision`, in the caller's `migration`.

    Raises `StorageError` when this program does not know `revision`, or the one the database is at.
    """
    _refuse_unknown(revision, database, scripts)
    if (present := revision_of(connection)) is not None:
        _refuse_unknown(present, database, scripts)
        command.downgrade(_config(scripts, connection), "base")
    command.upgrade(_config(scripts, connection), revision)


def upgrade_within(connection: Connection, scripts: str = PACKAGED) -> None:
    """Apply every revision that is missing, in the caller's `migration`."""
    command.upgrade(_config(scripts, connection), "head")


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None when it has no tables of ours."""
    with database.read() as connection:
        return revision_of(connection)


def head_revision(scripts: str = PACKAGED) -> str:
    """The revision this program needs."""
    head = ScriptDirectory.from_config(_config(scripts)).get_current_head()
    if head is None:
        raise AssertionError("the package holds no migrations")
    return head


def known_revisions(scripts: str = PACKAGED) -> set[str]:
    """Every revision this program has."""
    return {script.revision for script in ScriptDirectory.from_config(_config(scripts)).walk_revisions()}


def revision_of(connection: Connection) -> str | None:
    """The same, in a transaction."""
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(revision: str | None, database: Database, scripts: str) -> None:
    if revision is not None and revision not in known_revisions(scripts):
        raise StorageError(
            f"The database {database.place} was written by a newer version (schema {revision}, this one knows up to"
            f" {head_revision(scripts)}). Install that version again, or restore the backup made before its upgrade."
        )


def _config(scripts: str, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", scripts.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _back_up(path: Path, directory: Path, revision: str) -> Path:
    """Copy the database as it is on disk. Sees what was committed, also while our own transaction is open."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = _free_name(directory, f"{path.stem}-{revision}", path.suffix)
        unfinished = target.with_name(f".{target.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with (
            storage_errors(str(unfinished)),
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
        unfinished.replace(target)
    except OSError as error:
        raise StorageError(
            f"No backup could be made in {directory} ({error.strerror}), so the database was not upgraded."
            " Make the directory writable and its disk large enough."
        ) from error
    return target


def _free_name(directory: Path, stem: str, suffix: str) -> Path:
    target = directory / f"{stem}{suffix}"
    number = 2
    while target.exists():
        target = directory / f"{stem}-{number}{suffix}"
        number += 1
    return target
