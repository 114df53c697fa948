"""What happened to accounts and client keys, kept for a timeline: at most one of a kind in a minute, and for a month.

What comes from changes is written with them: see `told_changes`.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Named,
    Table,
    TypedColumns,
    delete,
    literal,
    select,
    tuple_,
)

from claudeflare.errors import InvalidInput
from claudeflare.storage.database import Database
from claudeflare.storage.storable import is_key, text, text_or_none
from claudeflare.storage.tables import Key, metadata
from claudeflare.storage.upsert import upsert

KEPT_SECONDS: Final = 30 * 86_400.0

LIMITED: Final = "limited"
SET_ASIDE: Final = "set-aside"
RECOVERED: Final = "recovered"
ATTENTION: Final = "attention"
ATTENTION_OVER: Final = "attention-over"
REFRESHED: Final = "refreshed"
BUDGET_NEAR: Final = "budget-near"
BUDGET: Final = "budget"


class HappeningColumns(TypedColumns):
    """`account_id` refers to nothing on purpose: what happened outlives the account. Empty where it is about
    a client key.
    """

    minute: Named[int] = Column(BigInteger, primary_key=True)
    account_id: Named[str] = Column(Key, primary_key=True)
    kind: Named[str] = Column(Key, primary_key=True)
    model_class: Named[str] = Column(Key, primary_key=True)
    """Empty for all models."""
    client_key: Named[str] = Column(Key, primary_key=True)
    """Its name; empty where it is about an account."""
    at: Named[float]
    reason: Named[str | None]
    until: Named[float | None]


happenings = Table(
    "happenings",
    metadata,
    HappeningColumns,
    Index(None, "at", "account_id", "kind", "model_class", "client_key"),
)

_c = happenings.c
_PAGED: Final = (_c.at, _c.account_id, _c.kind, _c.model_class, _c.client_key)


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline."""

    at: float
    """UTC epoch seconds."""
    kind: str
    account_id: str | None = None
    account: str | None = None
    """Its name; where only the id is known, whoever shows it knows the name."""
    model_class: str | None = None
    """The models it is about; None: all."""
    client_key: str | None = None
    """The name of the client key it is about; then there is no account."""
    reason: str | None = None
    until: float | None = None
    count: int = 1
    """How often, where several are told as one."""


class HappeningStore:
    """Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, what: Happening) -> None:
        """Keep what no change tells of."""
        if is_key(what.client_key or ""):
            with self._database.write() as connection:
                write_told(connection, [what])

    def list(self, cursor: str | None, limit: int, account_id: str | None = None) -> tuple[list[Happening], str | None]:
        """One page, newest first, and the cursor of the next page; None when this is the last.

        `account_id`: only what happened to this account.

        Raises `InvalidInput` for a cursor or limit that makes no sense.
        """
        if limit < 1:
            raise InvalidInput(f"A page has at least one line, not {limit}.")
        statement = select(happenings).order_by(*(column.desc() for column in _PAGED)).limit(limit + 1)
        if account_id is not None:
            statement = statement.where(_c.account_id == account_id)
        if cursor is not None:
            place = [literal(value) for value in _decoded(cursor)]
            statement = statement.where(tuple_(*_PAGED) < tuple_(*place))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        page = [
            Happening(
                at=row.at,
                kind=row.kind,
                account_id=row.account_id or None,
                model_class=row.model_class or None,
                client_key=row.client_key or None,
                reason=row.reason,
                until=row.until,
            )
            for row in rows[:limit]
        ]
        last = rows[limit - 1] if len(rows) > limit else None
        return page, None if last is None else _cursor(*(getattr(last, column.name) for column in _PAGED))


def write_told(connection: Connection, told: Sequence[Happening]) -> None:
    """Oldest first; what is too old goes."""
    rows = [
        {
            "minute": int(what.at // 60),
            "account_id": what.account_id or "",
            "kind": what.kind,
            "model_class": what.model_class or "",
            "client_key": what.client_key or "",
            "at": what.at,
            "reason": text_or_none(what.reason),
            "until": what.until,
        }
        for what in told
    ]
    upsert(connection, happenings, rows, unless_older="at")
    connection.execute(delete(happenings).where(_c.at < told[-1].at - KEPT_SECONDS))


def _cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[float, str, str, str, str]:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(content, type=tuple[float, str, str, str, str])
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This cursor is not one that this list gave. Begin again without a cursor.") from error
    if not math.isfinite(place[0]) or any(text(part) != part for part in place[1:]):
        raise InvalidInput("This cursor is not one that this list gave. Begin again without a cursor.")
    return place
