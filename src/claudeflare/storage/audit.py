"""Who changed what and when: written once for each change, read newest first, never altered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, insert, select

from claudeflare.errors import InvalidInput
from claudeflare.storage.access_tables import audit_log
from claudeflare.storage.database import Database
from claudeflare.storage.storable import text, text_or_none

LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change. `before` and `after` hold what differs and no secret; None where there was nothing to compare."""

    at: float
    """UTC epoch seconds."""
    who: str
    """See `access.caller.Caller.kind`."""
    session_id: str | None = None
    address: str | None = None
    action: str
    subject: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; None asks nothing."""

    action: str | None = None
    subject: str | None = None
    who: str | None = None
    since: float | None = None
    """Inclusive."""
    until: float | None = None
    """Exclusive."""


class AuditStore:
    """Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> None:
        """Write one entry."""
        row = {
            "at": entry.at,
            "who": entry.who,
            "session_id": entry.session_id,
            "address": entry.address,
            "action": text(entry.action),
            "subject": text_or_none(entry.subject),
            "before": _written(entry.before),
            "after": _written(entry.after),
        }
        with self._database.write() as connection:
            connection.execute(insert(audit_log).values(row))

    def list(
        self, wanted: AuditFilter, cursor: str | None, limit: int
    ) -> tuple[list[tuple[int, AuditEntry]], str | None]:
        """One page with ids, newest first, and the cursor of the next page; None when this is the last.

        Raises `InvalidInput` for a cursor or limit that makes no sense.
        """
        if limit < 1:
            raise InvalidInput(f"A page has at least one entry, not {limit}.")
        conditions = [*_conditions(wanted)]
        if cursor is not None:
            conditions.append(audit_log.c.id < _id(cursor))
        # One more than asked for tells whether there is a next page.
        statement = select(audit_log).where(*conditions).order_by(audit_log.c.id.desc()).limit(limit + 1)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        page = [(row.id, _entry(row)) for row in rows[:limit]]
        return page, str(page[-1][0]) if len(rows) > limit else None

    def delete_before(self, before: float, limit: int) -> int:
        """Delete at most `limit` entries that are older, oldest first; how many that were."""
        some = select(audit_log.c.id).where(audit_log.c.at < before).order_by(audit_log.c.at).limit(limit)
        with self._database.write() as connection:
            return connection.execute(delete(audit_log).where(audit_log.c.id.in_(some))).rowcount


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    columns = audit_log.c
    if wanted.action is not None:
        yield columns.action == text(wanted.action)
    if wanted.subject is not None:
        yield columns.subject == text(wanted.subject)
    if wanted.who is not None:
        yield columns.who == text(wanted.who)
    if wanted.since is not None:
        yield columns.at >= wanted.since
    if wanted.until is not None:
        yield columns.at < wanted.until


def _id(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 and int(cursor) <= LARGEST_ID):
        raise InvalidInput("This cursor is not one that the audit log gave. Begin again without a cursor.")
    return int(cursor)


def _written(values: Mapping[str, Any] | None) -> str | None:
    # ASCII alone: PostgreSQL takes no NUL and no half of a surrogate pair, and escaped they are neither.
    return None if values is None else json.dumps(values, sort_keys=True)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        who=row.who,
        session_id=row.session_id,
        address=row.address,
        action=row.action,
        subject=row.subject,
        before=None if row.before is None else json.loads(row.before),
        after=None if row.after is None else json.loads(row.after),
    )
