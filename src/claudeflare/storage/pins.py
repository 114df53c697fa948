"""Which account holds a thing that exists in one account only; every one there is, gateways keep the newest in memory.

Rows are written with the other changes of the journal, by `state.apply_changes`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, delete, not_, or_, select

from claudeflare.balancing.change import Pinned, Unpinned
from claudeflare.balancing.pins import TURN
from claudeflare.storage.chunks import chunks
from claudeflare.storage.database import Database
from claudeflare.storage.storable import text
from claudeflare.storage.tables import pins

GRACE_SECONDS: Final = 86_400.0
"""A deleted pin's row stays so long: the journal may still hold an older change, which must not bring it back. What
has run out may go at once: brought back, it has run out still."""


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
        """The newest pins, the oldest of them first; among them one of each of `kinds`, if there is one.

        And as many turns of threads: of those there may be more than of anything else.
        """
        newest_first = _valid(now).order_by(pins.c.changed_at.desc(), pins.c.id).limit(limit)
        with self._database.read() as connection:
            found = [_pinned(row) for row in connection.execute(newest_first.where(not_(_of_kind(TURN))))][::-1]
            for kind in kinds:
                if not any(pin.id.startswith(f"{kind}_") for pin in found):
                    one = _valid(now).where(_of_kind(kind)).limit(1)
                    found = [*(_pinned(row) for row in connection.execute(one)), *found]
            turns = [_pinned(row) for row in connection.execute(newest_first.where(_of_kind(TURN)))][::-1]
        return found + turns

    def delete_expired(self, now: float, limit: int) -> int:
        """Delete at most `limit` pins that need not be remembered any more; how many that were."""
        run_out = and_(pins.c.expires_at > 0.0, pins.c.expires_at <= now)
        deleted = and_(pins.c.expires_at == 0.0, pins.c.changed_at < now - GRACE_SECONDS)
        some = select(pins.c.id).where(or_(run_out, deleted)).limit(limit)
        with self._database.write() as connection:
            return connection.execute(delete(pins).where(pins.c.id.in_(some))).rowcount


def pin_row(change: Pinned | Unpinned) -> dict[str, Any]:
    """A change's own columns."""
    if isinstance(change, Unpinned):
        return {"id": change.id, "account": "", "expires_at": 0.0}
    return {"id": change.id, "account": text(change.account), "expires_at": change.expires_at}


def _of_kind(kind: str) -> ColumnElement[bool]:
    return and_(pins.c.id > f"{kind}_", pins.c.id < f"{kind}`")


def _valid(now: float) -> Select[Any]:
    return select(pins).where(or_(pins.c.expires_at.is_(None), pins.c.expires_at > now))


def _pinned(row: Row[Any]) -> Pinned:
    return Pinned(row.id, row.account_id, row.account, row.expires_at)
