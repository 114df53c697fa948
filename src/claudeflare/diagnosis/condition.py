"""How what is stored stands: told by the server that has it open, or seen here where none has."""

from __future__ import annotations

import msgspec

from claudeflare.diagnosis.time_limits import DATABASE_SECONDS
from claudeflare.home import Home
from claudeflare.journal.backlog import Backlog, backlog
from claudeflare.journal.payloads import payload_directory
from claudeflare.settings import Settings
from claudeflare.storage.checkup import DatabaseCondition, checkup_at
from claudeflare.storage.database import sqlite_file
from claudeflare.storage.disk_room import DiskRoom, disk_rooms

BUSY_SECONDS = 1.0
"""Longest wait for another process that writes to the database."""


class Workers(msgspec.Struct, frozen=True):
    """Gateway processes."""

    configured: int
    connected: int


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `/api/diagnosis`, or as much of it as can be known without a server."""

    now: str | None = None
    """By the server's clock."""
    workers: Workers | None = None
    database: DatabaseCondition | None = None
    """None: there is none yet."""
    records: Backlog = Backlog()
    payloads: Backlog = Backlog()
    disks: list[DiskRoom] = []


def condition_here(settings: Settings, home: Home, now: float) -> Condition:
    """With no server running. Makes nothing that is not there. Raises `OSError`."""
    database = checkup_at(database_url(settings, home), DATABASE_SECONDS, BUSY_SECONDS)
    return Condition(
        database=database,
        records=backlog(home.journal, now),
        payloads=backlog(payload_directory(home.journal), now),
        disks=disk_rooms(home.directory, sqlite_file(database_url(settings, home))),
    )


def database_url(settings: Settings, home: Home) -> str:
    """Where records are, as the server opens it."""
    return settings.database_url or f"sqlite:///{home.database}"
