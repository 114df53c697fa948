"""Deletes entries of the audit log after a year, and what is left of browsers that are signed in no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.retention import INTERVAL_SECONDS
from claudeflare.retention.rounds import in_batches, run_rounds

AUDIT_SECONDS: Final = 365 * 86_400.0
BATCH: Final = 500
"""Deleted in one transaction."""


class OldEntries(Protocol):
    """What this needs of the audit log; `storage.audit.AuditStore` is the real one."""

    def delete_before(self, before: float, limit: int) -> int:
        """Delete some that are older; how many that were. Raises `StorageError`."""
        ...


class EndedSessions(Protocol):
    """What this needs of sessions; `access.sessions.Sessions` is the real one."""

    def forget_ended(self, now: float) -> int:
        """Delete those that have ended; how many that were. Raises `StorageError`."""
        ...


class AccessRetention:
    """Keeps what still counts."""

    def __init__(self, audit: OldEntries, sessions: EndedSessions, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives UTC epoch seconds."""
        self._audit = audit
        self._sessions = sessions
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """Delete all that is old by now, or as much as was possible until `stop`; how much. Raises `StorageError`;
        what is deleted by then stays so.
        """
        now = self._clock()
        ended = self._sessions.forget_ended(now)
        return ended + in_batches(lambda most: self._audit.delete_before(now - AUDIT_SECONDS, most), BATCH, stop)

    def run(self, stop: threading.Event) -> None:
        """Now and every hour until `stop` is set. What fails is tried again the next hour."""
        run_rounds(self.run_once, "sessions and entries of the audit log", INTERVAL_SECONDS, stop)

    def __repr__(self) -> str:
        return f"<AccessRetention of {self._audit!r} and {self._sessions!r}>"
