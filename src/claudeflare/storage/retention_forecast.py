"""What retention would delete under other limits: counted where that is quick, else from sums that are kept anyway."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, func, select

from claudeflare.storage import payload_chunks
from claudeflare.storage.database import Database
from claudeflare.storage.hourly_sums import hour_of
from claudeflare.storage.payload_rows import ROW_BYTES
from claudeflare.storage.payload_tables import payload_chunks as chunk_rows
from claudeflare.storage.payload_tables import payload_totals, payloads
from claudeflare.storage.tables import hourly_sums, requests

COUNTED: Final = 20_000
"""As many records are counted one by one."""
SAMPLED: Final = 1000
"""Rows whose sizes stand for those of all that would go."""


class RecordsToGo(msgspec.Struct, frozen=True, kw_only=True):
    """Records of requests that began before some moment."""

    rows: int
    exact: bool
    """False: to the hour."""


class PayloadsToGo(msgspec.Struct, frozen=True, kw_only=True):
    """Payloads that are too old, and those beyond the limit of bytes."""

    rows: int
    """Too old."""
    bytes: int
    """They take, with chunks that nothing younger has; about."""
    excess_bytes: int
    """Beyond the limit when these are gone."""


def records_to_go(database: Database, before: float, most_counted: int = COUNTED) -> RecordsToGo:
    """Of requests that began before then, in UTC epoch seconds. Raises `StorageError`."""
    began = requests.c.started_at
    with database.read() as connection:
        some = select(began).where(began < before).order_by(began).limit(most_counted + 1)
        counted = _count(connection, some)
        if counted <= most_counted:
            return RecordsToGo(rows=counted, exact=True)
        # Sums of before the oldest record are of records that are gone already.
        first = hour_of(connection.execute(select(func.min(began))).scalar_one())
        hour, recorded = hourly_sums.c.hour, hourly_sums.c.recorded
        within = select(func.sum(recorded)).where(hour >= first, hour < hour_of(before))
        return RecordsToGo(rows=max(counted, int(connection.scalar(within) or 0)), exact=False)


def payloads_to_go(database: Database, before: float, most_bytes: int) -> PayloadsToGo:
    """Of those captured before then, in UTC epoch seconds. Raises `StorageError`."""
    p, c = payloads.c, chunk_rows.c
    with database.read() as connection:
        stored = connection.scalar(select(payload_totals.c.stored)) or 0
        rows = connection.scalar(select(func.count()).where(p.at < before)) or 0
        freed = 0
        if rows:
            size = func.length(p.fields) + func.length(p.chunks)
            freed += rows * _sample(connection, select(size).where(p.at < before).order_by(p.at), ROW_BYTES)
            oldest_left = connection.scalar(select(func.min(p.at)).where(p.at >= before))
            unused = [] if oldest_left is None else [c.last_used < payload_chunks.step_of(oldest_left)]
            chunks = connection.scalar(select(func.count(c.id)).where(*unused)) or 0
            sizes = select(func.length(c.data)).where(*unused).order_by(c.last_used)
            freed += chunks * _sample(connection, sizes, payload_chunks.ROW_BYTES)
        freed = min(freed, stored)
        return PayloadsToGo(rows=rows, bytes=freed, excess_bytes=max(0, stored - freed - most_bytes))


def _count(connection: Connection, rows: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _sample(connection: Connection, sizes: Select[Any], more: int) -> int:
    """Bytes of one row, on average over some of them, with `more` for what else it takes."""
    found = connection.scalars(sizes.limit(SAMPLED)).all()
    return round(sum(found) / len(found)) + more if found else 0
