"""What happened to accounts, kept for a timeline: at most one of a kind in a minute, and for a month.

Rows are written with the changes they come from, by `state.apply_changes`.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Collection, Iterable, Sequence
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

from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change
from claudeflare.errors import InvalidInput
from claudeflare.journal.records import Changed
from claudeflare.storage.database import Database
from claudeflare.storage.storable import is_key, text, text_or_none
from claudeflare.storage.tables import Key, attention, benches, metadata
from claudeflare.storage.upsert import upsert

KEPT_SECONDS: Final = 30 * 86_400.0

LIMITED: Final = "limited"
SET_ASIDE: Final = "set-aside"
RECOVERED: Final = "recovered"
ATTENTION: Final = "attention"
ATTENTION_OVER: Final = "attention-over"


class HappeningColumns(TypedColumns):
    """`account_id` refers to nothing on purpose: what happened outlives the account."""

    minute: Named[int] = Column(BigInteger, primary_key=True)
    account_id: Named[str] = Column(Key, primary_key=True)
    kind: Named[str] = Column(Key, primary_key=True)
    model_class: Named[str] = Column(Key, primary_key=True)
    """Empty for all models."""
    at: Named[float]
    reason: Named[str | None]
    until: Named[float | None]


happenings = Table("happenings", metadata, HappeningColumns, Index(None, "at", "account_id", "kind", "model_class"))

_c = happenings.c
_PAGED: Final = (_c.at, _c.account_id, _c.kind, _c.model_class)


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
    reason: str | None = None
    until: float | None = None
    count: int = 1
    """How often, where several are told as one."""


def happening(change: Change, at: float) -> Happening | None:
    """What the change means; None for what nobody wants to be told of, e.g. a session's binding."""
    match change:
        case Benched():
            return Happening(
                at=at,
                kind=SET_ASIDE if change.guess else LIMITED,
                account_id=change.account_id,
                model_class=change.model_class or None,
                reason=change.reason,
                until=change.until,
            )
        case BenchCleared():
            return Happening(
                at=at, kind=RECOVERED, account_id=change.account_id, model_class=change.model_class or None
            )
        case AttentionNeeded(reason=""):
            return Happening(at=at, kind=ATTENTION_OVER, account_id=change.account_id)
        case AttentionNeeded():
            return Happening(at=at, kind=ATTENTION, account_id=change.account_id, reason=change.reason)
        case _:
            return None


class HappeningStore:
    """Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
                account_id=row.account_id,
                model_class=row.model_class or None,
                reason=row.reason,
                until=row.until,
            )
            for row in rows[:limit]
        ]
        last = rows[limit - 1] if len(rows) > limit else None
        return page, None if last is None else _cursor(last.at, last.account_id, last.kind, last.model_class)


class Troubles:
    """What is wrong with accounts, so that only that is said to be over which was: limits are cleared to be sure."""

    def __init__(self, benched: Iterable[tuple[str, str]], attention: Iterable[str]) -> None:
        """`benched`: account ids and model classes that are out. `attention`: ids of accounts that need somebody."""
        self._benched = set(benched)
        self._attention = set(attention)

    def tell(self, change: Change, at: float) -> Happening | None:
        """Take over a change; what it means, or None."""
        match change:
            case Benched():
                self._benched.add((change.account_id, change.model_class))
            case BenchCleared():
                bench = (change.account_id, change.model_class)
                if bench not in self._benched:
                    return None
                self._benched.remove(bench)
            case AttentionNeeded(reason=""):
                if change.account_id not in self._attention:
                    return None
                self._attention.remove(change.account_id)
            case AttentionNeeded():
                self._attention.add(change.account_id)
        return happening(change, at)


def write_happenings(connection: Connection, changed: Sequence[Changed], accounts: Collection[str]) -> None:
    """Keep what is worth telling of changes, inside the caller's transaction and before they are written themselves.

    Of removed accounts nothing is told.
    """
    troubles = _troubles(connection, changed)
    rows = [
        {
            "minute": int(what.at // 60),
            "account_id": what.account_id,
            "kind": what.kind,
            "model_class": what.model_class or "",
            "at": what.at,
            "reason": text_or_none(what.reason),
            "until": what.until,
        }
        for each in changed
        if (what := troubles.tell(each.change, each.at)) is not None
        and what.account_id in accounts
        and is_key(what.model_class or "")
    ]
    if rows:
        upsert(connection, happenings, rows, unless_older="at")
        connection.execute(delete(happenings).where(_c.at < changed[-1].at - KEPT_SECONDS))


def _troubles(connection: Connection, changed: Sequence[Changed]) -> Troubles:
    """As the database has them before the changes."""
    if not any(isinstance(each.change, BenchCleared | AttentionNeeded) for each in changed):
        return Troubles((), ())
    benched = connection.execute(
        select(benches.c.account_id, benches.c.model_class).where(benches.c.until > changed[0].at)
    )
    needing = connection.scalars(select(attention.c.account_id).where(attention.c.reason != ""))
    return Troubles([(row.account_id, row.model_class) for row in benched], needing)


def _cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[float, str, str, str]:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(content, type=tuple[float, str, str, str])
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This cursor is not one that this list gave. Begin again without a cursor.") from error
    if not math.isfinite(place[0]) or any(text(part) != part for part in place[1:]):
        raise InvalidInput("This cursor is not one that this list gave. Begin again without a cursor.")
    return place
