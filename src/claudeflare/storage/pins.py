"""Which account holds a thing that exists in one account only; every one there is, gateways keep the newest in memory.

Rows are written with the other changes of the journal, by `state.apply_changes`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, or_, select

from claudeflare.balancing.change import Pinned, Unpinned
from claudeflare.storage.chunks import chunks
from claudeflare.storage.database import Database
from claudeflare.storage.storable import text
from claudeflare.storage.tables import pins

GRACE_SECONDS: Final = 86_400.0
"""A deleted pin's row stays so long: the journal may still hold an older change, which must not bring it back."""


class PinStore:
    """Answers what a gateway does not know."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, ids: Sequence[str], now: float) -> list[Pinned]:
        """The pins of these ids, as far as there are any."""
        found: list[Pinned] = []
        with self._database.read() as connection:
            for some in chunks([text(each) for each in ids]):
                found += [_pinned(row) for row in connection.execute(_valid(now).where(pins.c.id.in_(some)))]
        return found

    def newest(self, limit: int, kinds: Collection[str], now: float) -> list[Pinned]:
        """The newest pins, the oldest of them first; among them one of each of `kinds`, if there is one."""
        with self._database.read() as connection:
            rows = connection.execute(_valid(now).order_by(pins.c.changed_at.desc(), pins.c.id).limit(limit)).all()
            found = [_pinned(row) for row in reversed(rows)]
            for kind in kinds:
                if not any(pin.id.startswith(f"{kind}_") for pin in found):
                    of_kind = _valid(now).where(pins.c.id > f"{kind}_", pins.c.id < f"{kind}`").limit(1)
                    found = [*(_pinned(row) for row in connection.execute(of_kind)), *found]
        return found


def pin_row(change: Pinned | Unpinned) -> dict[str, Any]:
    """A change's own columns."""
    if isinstance(change, Unpinned):
        return {"id": change.id, "account": "", "expires_at": 0.0}
    return {"id": change.id, "account": text(change.account), "expires_at": change.expires_at}


def delete_old_pins(connection: Connection, now: float) -> None:
    """New pins make expired ones go, so that the table holds about what the API still has."""
    old = now - GRACE_SECONDS
    connection.execute(delete(pins).where(pins.c.expires_at < old, pins.c.changed_at < old))


def _valid(now: float) -> Select[Any]:
    return select(pins).where(or_(pins.c.expires_at.is_(None), pins.c.expires_at > now))


def _pinned(row: Row[Any]) -> Pinned:
    return Pinned(row.id, row.account_id, row.account, row.expires_at)
