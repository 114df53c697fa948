"""Browsers that are signed in: each has a random secret in a cookie, of which only the digest is kept.

All of them are in memory, so that telling one costs no query; the database has them for the next start.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from dataclasses import replace
from typing import Final

from claudeflare.errors import NotFound, StorageError
from claudeflare.storage.sessions import SessionStore, StoredSession

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 30 * 86_400.0
"""A session that was not used for so long has ended."""
LIFE_SECONDS: Final = 90 * 86_400.0
"""However much it is used."""
TOUCH_SECONDS: Final = 3600.0
"""How far behind the database may be about when a session was last used."""
MOST: Final = 100
"""Sessions at once; a further one ends the one that was not used for longest."""
AGENT_LENGTH: Final = 200


class Sessions:
    """Safe to use from any thread."""

    def __init__(self, store: SessionStore) -> None:
        """Reads the database; raises `StorageError`."""
        self._store = store
        self._lock = threading.Lock()
        self._by_digest = {session.digest: session for session in store.all()}

    def open(self, now: float, address: str | None, user_agent: str | None) -> tuple[str, StoredSession]:
        """Sign a browser in: the secret for its cookie, which is told only here, and the session."""
        secret = secrets.token_urlsafe(32)
        agent = user_agent[:AGENT_LENGTH] if user_agent else None
        session = StoredSession(secrets.token_hex(6), _digest(secret), now, now, address, agent)
        with self._lock:
            self._store.add(session)
            self._by_digest[session.digest] = session
            for oldest in sorted(self._by_digest.values(), key=lambda each: each.used_at)[:-MOST]:
                self._forget(oldest)
        return secret, session

    def find(self, secret: str | None, now: float) -> StoredSession | None:
        """The session a cookie belongs to, if it has not ended."""
        if secret is None:
            return None
        session = self._by_digest.get(_digest(secret))
        return session if session is not None and now < ends_at(session) else None

    def holds(self, session_id: str) -> bool:
        """Whether nobody has ended it."""
        return any(session.id == session_id for session in list(self._by_digest.values()))

    def touch(self, session: StoredSession, now: float) -> None:
        """It is used now. The database hears of it only now and then, and can be away: the session holds."""
        with self._lock:
            if session.digest in self._by_digest:
                self._by_digest[session.digest] = replace(session, used_at=now)
                try:
                    self._store.touch(session.id, now)
                except StorageError as error:
                    log.warning("when a session was last used could not be written down: %s", error)

    def list(self, now: float) -> list[StoredSession]:
        """Those that have not ended, the newest first."""
        valid = [session for session in list(self._by_digest.values()) if now < ends_at(session)]
        return sorted(valid, key=lambda session: (-session.created, session.id))

    def end(self, session_id: str) -> StoredSession:
        """End one; its cookie opens nothing any more. Raises `NotFound`."""
        with self._lock:
            for session in self._by_digest.values():
                if session.id == session_id:
                    self._forget(session)
                    return session
        raise NotFound(f"No browser is signed in as {session_id}.")

    def end_all(self) -> int:
        """End every one; how many there were."""
        with self._lock:
            ended = len(self._by_digest)
            self._store.remove_all()
            self._by_digest.clear()
        return ended

    def forget_ended(self, now: float) -> int:
        """Drop those that have ended by themselves; how many that were."""
        with self._lock:
            ended = [session for session in self._by_digest.values() if now >= ends_at(session)]
            for session in ended:
                self._forget(session)
        return len(ended)

    def _forget(self, session: StoredSession) -> None:
        self._store.remove(session.id)
        del self._by_digest[session.digest]

    def __repr__(self) -> str:
        return f"<Sessions {len(self._by_digest)}>"


def ends_at(session: StoredSession) -> float:
    """When it ends unless it is used again."""
    return min(session.created + LIFE_SECONDS, session.used_at + IDLE_SECONDS)


def is_due(session: StoredSession, now: float) -> bool:
    """Whether `touch` is to be told of this use."""
    return now - session.used_at >= TOUCH_SECONDS


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
