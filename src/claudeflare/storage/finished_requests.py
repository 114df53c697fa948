"""Writes and deletes records of finished requests, and keeps the hourly sums and the rollups true to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from claudeflare.storage import request_rows, rollup_folding
from claudeflare.storage.chunks import chunks
from claudeflare.storage.client_key_spend import add_spending
from claudeflare.storage.hourly_sums import SumsOfRows, forget_before, statistics_since
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.rollup_writing import RollupsOfRows
from claudeflare.storage.tables import open_requests, request_details, requests
from claudeflare.storage.upsert import Columns, insert_new, upsert_columns


class AlreadyRecorded(Exception):
    """Of some of these requests there is a record: roll back, and use `write_finished`."""


def insert_finished(connection: Connection, finished: Sequence[PricedRequest]) -> None:
    """Insert records of requests that have none, each of another one; the requests are open no longer.

    Nearly all records are the first of theirs, and to try is cheaper than to ask. Raises `AlreadyRecorded`, with part
    of them inserted.
    """
    if not finished:
        return
    columns = request_rows.request_columns(finished)
    if not insert_new(connection, requests, columns):
        raise AlreadyRecorded
    add_spending(connection, finished, replacing=False)
    counts = _Counts(connection)
    counts.add(columns)
    counts.save()
    ids = columns[0]
    insert_new(connection, request_details, [ids, _details(finished)])
    _close(connection, ids)


def write_finished(connection: Connection, finished: Sequence[PricedRequest]) -> None:
    """Insert or replace records with their details; the requests are open no longer. Of one id the last wins."""
    if not finished:
        return
    latest = {request.finished.id: request for request in finished}
    ids = list(latest)
    columns = request_rows.request_columns(list(latest.values()))
    counts = _Counts(connection)
    _subtract(connection, counts, ids)
    counts.add(columns)
    counts.save()
    add_spending(connection, list(latest.values()), replacing=True)
    upsert_columns(connection, requests, columns)
    upsert_columns(connection, request_details, [ids, _details(latest.values())])
    _close(connection, ids)


def recorded(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these ids that are on record."""
    return {
        each
        for some in chunks(ids)
        for each in connection.scalars(select(requests.c.id).where(requests.c.id.in_(some)))
    }


def _details(finished: Iterable[PricedRequest]) -> list[bytes]:
    return [each.encoded or request_rows.encode_finished(each.finished) for each in finished]


def _close(connection: Connection, ids: Sequence[str]) -> None:
    if connection.scalar(select(open_requests.c.id).limit(1)) is not None:
        for some in chunks(ids):
            connection.execute(delete(open_requests).where(open_requests.c.id.in_(some)))


def delete_before(connection: Connection, before: float, limit: int, *, keep_sums: bool) -> int:
    """Delete the oldest records that began before then, at most `limit`; how many that were.

    With `keep_sums` what they added to sums stays. Otherwise it goes with them, and with the last of them goes what
    was kept of earlier ones.
    """
    oldest = select(requests.c.id).where(requests.c.started_at < before)
    ids = connection.scalars(oldest.order_by(requests.c.started_at, requests.c.id).limit(limit)).all()
    if not keep_sums:
        counts = _Counts(connection)
        _subtract(connection, counts, ids)
        counts.save()
        if len(ids) < limit:
            forget_before(connection, before)
            rollup_folding.forget_before(connection, before)
    for some in chunks(ids):
        connection.execute(delete(requests).where(requests.c.id.in_(some)))
    return len(ids)


class _Counts:
    """All that is kept of what rows add up to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sums = SumsOfRows(statistics_since(connection))
        self._rollups = RollupsOfRows(connection)

    def add(self, columns: Columns, sign: int = 1) -> None:
        self._sums.add(columns, sign)
        self._rollups.add(columns, sign)

    def save(self) -> None:
        self._sums.save(self._connection)
        self._rollups.save()


def _subtract(connection: Connection, counts: _Counts, ids: Sequence[str]) -> None:
    """Take off what the records of these ids, where there are any, added."""
    for some in chunks(ids):
        rows = connection.execute(select(requests).where(requests.c.id.in_(some))).all()
        if rows:
            counts.add([*zip(*rows, strict=True)], -1)
