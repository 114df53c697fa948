"""Changes on their way to a gateway: in order, the newest per subject only, bounded. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    Pinned,
    SessionBound,
    Unpinned,
)

Subject = tuple[str, ...]


class PendingChanges:
    """Holds at most `limit` changes; beyond that the oldest go.

    What a gateway then misses is mostly the binding of a session long quiet, which it would place anew.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changes: dict[Subject, Change] = {}

    def add(self, changes: Iterable[Change]) -> None:
        """Append; a later change replaces an earlier one about the same thing."""
        pending = self._changes
        for change in changes:
            subject = subject_of(change)
            pending.pop(subject, None)
            pending[subject] = change
        while len(pending) > self._limit:
            del pending[next(iter(pending))]

    def copy(self) -> list[Change]:
        """All of them, oldest first."""
        return list(self._changes.values())

    def about(self, subject: Subject) -> Change | None:
        """The one about this, if there is one."""
        return self._changes.get(subject)

    def take(self) -> list[Change]:
        """All of them, oldest first; then none are left."""
        changes = self.copy()
        self._changes.clear()
        return changes

    def __len__(self) -> int:
        return len(self._changes)

    def __repr__(self) -> str:
        return f"<PendingChanges {len(self)} of at most {self._limit}>"


def subject_of(change: Change) -> Subject:
    """What a change is about: two with the same subject cannot both hold."""
    match change:
        case SessionBound():
            return ("session", change.session)
        case Benched() | BenchCleared():
            return ("bench", change.account_id, change.model_class)
        case AttentionNeeded():
            return ("attention", change.account_id)
        case OrganizationLearned():
            return ("organization", change.account_id)
        case Pinned() | Unpinned():
            return ("pin", change.id)
        case _:
            assert_never(change)
