"""The SQLite file that payloads have to themselves: however it grows, the database of records does not notice."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.payload_tables import payload_metadata

VERSION: Final = 1
"""Of its tables, in the file's `user_version`. Made as a whole instead of by revisions: those know a database with all
tables, and what is in here is younger than `DATA_RETENTION_DAYS`."""


def payload_database(records: Database, file: Path) -> Database:
    """Where payloads go: with SQLite the file, newly opened; with PostgreSQL the database that has the records."""
    return records if records.path is None else open_payload_file(file)


def open_payload_file(path: Path) -> Database:
    """Open the file, making it and its tables if need be. Raises `StorageError`."""
    database = Database(f"sqlite:///{path}")
    try:
        with database.migration() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > VERSION:
                raise StorageError(
                    f"The payloads in {path} were written by a newer version. Install that version again, or delete"
                    " the file: it holds nothing but captured bodies."
                )
            if version < VERSION:
                payload_metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        database.dispose()
        raise
    return database
