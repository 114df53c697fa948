"""What follows when a backup has taken the place of a database: who was signed in then is not signed in now."""

from __future__ import annotations

from claudeflare.storage import migrate
from claudeflare.storage.audit import AuditEntry, AuditStore
from claudeflare.storage.database import Database
from claudeflare.storage.sessions import SessionStore


def settle_restored(database: Database, backup: str, now: float) -> None:
    """End the sessions that were restored, and write the restore into the restored audit log.

    They may have been ended since the backup was made, by signing out or with the token of then. Brings the database to
    this version's schema first, as the next start would. Raises `StorageError`.
    """
    migrate.upgrade(database, None)
    SessionStore(database).remove_all()
    AuditStore(database).append(AuditEntry(at=now, who="command line", action="restore", subject=backup))
