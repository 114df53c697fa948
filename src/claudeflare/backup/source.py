"""What a backup is made of: the databases of a data directory, as its settings name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claudeflare.errors import NotFound
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.storage.database import Database
from claudeflare.storage.payload_file import payload_database

_FILE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Open databases, and the directory beside them."""

    home: Home
    database: Database
    payloads: Database | None
    """Where captured bodies are; None: they are left out."""


@contextmanager
def opened_source(settings: Settings, *, payloads: bool) -> Iterator[Source]:
    """Open them for the length of the block. Raises `NotFound` when there is none, `StorageError` for trouble."""
    home = Home(settings.home)
    url = database_url(settings)
    path = database_file(url)
    if path is not None and not path.exists():
        raise NotFound(f"There is no database {path} to back up. Is CLAUDEFLARE_HOME the one that the server has?")
    with closing_database(Database(url)) as database:
        if not payloads:
            yield Source(home=home, database=database, payloads=None)
            return
        bodies = payload_database(database, home.payloads)
        try:
            yield Source(home=home, database=database, payloads=bodies)
        finally:
            bodies.dispose()


def database_url(settings: Settings) -> str:
    """Where the database is; it may hold a password."""
    return settings.database_url or f"{_FILE}{Home(settings.home).database}"


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one on a server."""
    return Path(url.removeprefix(_FILE)) if url.startswith(_FILE) else None


@contextmanager
def closing_database(database: Database) -> Iterator[Database]:
    """The database for the length of the block."""
    try:
        yield database
    finally:
        database.dispose()
