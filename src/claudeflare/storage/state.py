"""What the pool learned that must survive a restart: bindings, benches, attention, organizations, pins.

Changes may come again and out of order: journal segments are read again after a crash, and what the owner changes does
not go through the journal. Every row keeps when it changed, therefore, and an older change never replaces a newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from sqlalchemy import Connection, Table, delete, select

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
from claudeflare.journal.records import Changed
from claudeflare.storage.database import Database
from claudeflare.storage.pins import pin_row
from claudeflare.storage.storable import is_key, text
from claudeflare.storage.tables import accounts, attention, benches, bindings, organizations, pins
from claudeflare.storage.told_changes import write_happenings
from claudeflare.storage.upsert import upsert


class StateStore:
    """Learned state of accounts. Goes with its account when that is removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self, changes: Sequence[Change], at: float) -> None:
        """Take over changes made at `at`. Applying the same ones again alters nothing."""
        with self._database.write() as connection:
            apply_changes(connection, [Changed(at, change) for change in changes])

    def load(self, now: float) -> list[Change]:
        """The changes that rebuild the state as it is now; what has expired is left out."""
        with self._database.read() as connection:
            learned = connection.execute(select(organizations).order_by(organizations.c.account_id)).all()
            needed = connection.execute(
                select(attention).where(attention.c.reason != "").order_by(attention.c.account_id)
            ).all()
            benched = connection.execute(
                select(benches).where(benches.c.until > now).order_by(benches.c.account_id, benches.c.model_class)
            ).all()
            bound = connection.execute(
                select(bindings).where(bindings.c.expires_at > now).order_by(bindings.c.expires_at, bindings.c.session)
            ).all()
        changes: list[Change] = [OrganizationLearned(row.account_id, row.organization_id) for row in learned]
        changes += [AttentionNeeded(row.account_id, row.reason) for row in needed]
        changes += [Benched(row.account_id, row.model_class, row.until, row.reason, row.guess) for row in benched]
        changes += [SessionBound(row.session, row.account_id, row.expires_at) for row in bound]
        return changes


def apply_changes(connection: Connection, changed: Sequence[Changed]) -> None:
    """Take over changes, oldest first, inside the caller's transaction."""
    if not changed:
        return
    # Changes may still arrive for an account that was removed meanwhile.
    known = set(connection.scalars(select(accounts.c.id)))
    rows: dict[Table[Any], list[dict[str, Any]]] = {}
    for entry in changed:
        if entry.change.account_id in known and (found := _row(entry.change)) is not None:
            table, values = found
            values |= {"account_id": entry.change.account_id, "changed_at": entry.at}
            rows.setdefault(table, []).append(values)
    write_happenings(connection, changed, known)
    for table, values_of_all in rows.items():
        upsert(connection, table, values_of_all, unless_older="changed_at")
    if bindings in rows:
        # New sessions make old ones go, so the table holds about one session length of them.
        connection.execute(delete(bindings).where(bindings.c.expires_at < changed[-1].at))


def _row(change: Change) -> tuple[Table[Any], dict[str, Any]] | None:
    """The table a change belongs to and its own columns; None when its name cannot be a key: it is then kept in memory
    only, until the restart."""
    match change:
        case SessionBound(session=session):
            return (bindings, {"session": session, "expires_at": change.expires_at}) if is_key(session) else None
        case Benched(model_class=model_class):
            bench = {"until": change.until, "reason": text(change.reason), "guess": change.guess}
            return (benches, {"model_class": model_class} | bench) if is_key(model_class) else None
        case BenchCleared(model_class=model_class):
            no_bench = {"until": 0.0, "reason": "", "guess": False}
            return (benches, {"model_class": model_class} | no_bench) if is_key(model_class) else None
        case AttentionNeeded():
            return attention, {"reason": text(change.reason)}
        case OrganizationLearned():
            return organizations, {"organization_id": text(change.organization_id)}
        case Pinned() | Unpinned():
            return (pins, pin_row(change)) if is_key(change.id) else None
        case _:
            assert_never(change)
