"""Browsers that are signed in, as the database keeps them: few, read once at the start."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update

from claudeflare.storage.access_tables import sessions
from claudeflare.storage.database import Database
from claudeflare.storage.storable import text_or_none


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One signed-in browser. Times are UTC epoch seconds."""

    id: str
    """Names it, and opens nothing."""
    digest: str = field(repr=False)
    """SHA-256, in hex, of what its cookie holds."""
    created: float
    used_at: float
    """Within an hour or so."""
    address: str | None
    """Where it was signed in from."""
    user_agent: str | None


class SessionStore:
    """Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredSession]:
        """Every one, the newest first."""
        newest_first = select(sessions).order_by(sessions.c.created.desc(), sessions.c.id)
        with self._database.read() as connection:
            return [StoredSession(**row._mapping) for row in connection.execute(newest_first)]

    def add(self, session: StoredSession) -> None:
        """Keep a new one."""
        row = {
            "id": session.id,
            "digest": session.digest,
            "created": session.created,
            "used_at": session.used_at,
            "address": session.address,
            "user_agent": text_or_none(session.user_agent),
        }
        with self._database.write() as connection:
            connection.execute(insert(sessions).values(row))

    def touch(self, session_id: str, at: float) -> None:
        """It was used then."""
        with self._database.write() as connection:
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(used_at=at))

    def remove(self, session_id: str) -> None:
        """End one; it need not be there."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.id == session_id))

    def remove_all(self) -> None:
        """End every one."""
        with self._database.write() as connection:
            connection.execute(delete(sessions))
