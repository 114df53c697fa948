"""How far each limit of an account was used: its last and its highest reading in every five minutes that had one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Named,
    Table,
    TypedColumns,
    and_,
    delete,
    func,
    select,
)

from claudeflare.storage.database import Database
from claudeflare.storage.storable import is_key
from claudeflare.storage.tables import Key, accounts, metadata
from claudeflare.storage.upsert import upsert

STEP_SECONDS: Final = 300


class LimitHistoryColumns(TypedColumns):
    """No index but the key: what is asked for and what is deleted is a stretch of one account's."""

    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    step: Named[int] = Column(BigInteger, primary_key=True)
    """When it began, in UTC epoch seconds."""
    kind: Named[str] = Column(Key, primary_key=True)
    name: Named[str] = Column(Key, primary_key=True)
    model_class: Named[str] = Column(Key, primary_key=True)
    """Empty for all models."""
    used: Named[float]
    highest: Named[float]


limit_history = Table("limit_history", metadata, LimitHistoryColumns, sqlite_with_rowid=False)

_c = limit_history.c


class LimitId(msgspec.Struct, frozen=True, order=True):
    """Which limit of an account, as `balancing.gauges.LimitGauge` calls it."""

    kind: str
    name: str
    model_class: str
    """Empty for all models."""


class LimitStep(msgspec.Struct, frozen=True):
    """One limit in one step."""

    account_id: str
    limit: LimitId
    step: int
    """When it began, in UTC epoch seconds."""
    used: float
    """Share of it that was used up at the last reading; may exceed 1."""
    highest: float


class LimitHistory:
    """Raises `StorageError` when the database fails. One at a time may write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, steps: Sequence[LimitStep]) -> None:
        """Take over readings, later ones of a step after earlier ones. Of removed accounts nothing is kept."""
        with self._database.write() as connection:
            known = set(connection.scalars(select(accounts.c.id)))
            fit = [each for each in steps if each.account_id in known and _storable(each)]
            if not fit:
                return
            highest = _highest(connection, {each.account_id for each in fit}, {each.step for each in fit})
            rows = []
            for each in fit:
                key = (each.account_id, each.step, each.limit)
                highest[key] = max(each.highest, highest.get(key, each.highest))
                rows.append(_row(each) | {"highest": highest[key]})
            upsert(connection, limit_history, rows)

    def read(self, account_id: str, since: int, until: int, width: int) -> list[LimitStep]:
        """By limit, oldest first, put together to steps of `width` seconds that begin at whole multiples of it.

        `since` is such a beginning, and `until` the end of the last.
        """
        wide = (_c.step - _c.step % width).label("wide")
        grouped = (
            select(wide, *_LIMIT, func.max(_c.step).label("last"), func.max(_c.highest).label("most"))
            .where(_c.account_id == account_id, _c.step >= since, _c.step < until)
            .group_by("wide", *_LIMIT)
            .subquery()
        )
        same = and_(*(grouped.c[column.name] == column for column in _LIMIT), grouped.c.last == _c.step)
        statement = (
            select(grouped.c.wide, *_LIMIT, _c.used, grouped.c.most)
            .join(grouped, same)
            .where(_c.account_id == account_id)
            .order_by(*_LIMIT, grouped.c.wide)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [
            LimitStep(account_id, LimitId(row.kind, row.name, row.model_class), row.wide, row.used, row.most)
            for row in rows
        ]

    def delete_before(self, before: float, limit: int) -> int:
        """Delete the oldest steps that began before then, about `limit` at most; how many that were."""
        deleted = 0
        with self._database.write() as connection:
            for account_id in connection.scalars(select(accounts.c.id)).all():
                old = and_(_c.account_id == account_id, _c.step < before)
                beyond = select(_c.step).where(old).order_by(_c.step).offset(limit - deleted - 1).limit(1)
                last = connection.scalar(beyond)
                some = old if last is None else and_(old, _c.step <= last)
                deleted += connection.execute(delete(limit_history).where(some)).rowcount
                if deleted >= limit:
                    break
        return deleted


_LIMIT: Final = (_c.kind, _c.name, _c.model_class)


def _storable(step: LimitStep) -> bool:
    """Names come from the upstream's headers: one that is no key could not be told from another's."""
    names = (step.limit.kind, step.limit.name, step.limit.model_class)
    return all(map(is_key, names)) and isfinite(step.used) and isfinite(step.highest)


def _row(step: LimitStep) -> dict[str, object]:
    limit = step.limit
    return {
        "account_id": step.account_id,
        "step": step.step,
        "kind": limit.kind,
        "name": limit.name,
        "model_class": limit.model_class,
        "used": step.used,
    }


def _highest(
    connection: Connection, account_ids: Collection[str], steps: Collection[int]
) -> dict[tuple[str, int, LimitId], float]:
    """What is stored of these accounts between these steps."""
    rows = connection.execute(
        select(limit_history).where(_c.account_id.in_(account_ids), _c.step.between(min(steps), max(steps)))
    )
    return {(row.account_id, row.step, LimitId(row.kind, row.name, row.model_class)): row.highest for row in rows}
