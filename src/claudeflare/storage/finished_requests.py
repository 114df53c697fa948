"""Writes and deletes records of finished requests, and keeps the hourly sums true to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from claudeflare.storage import request_rows
from claudeflare.storage.chunks import chunks
from claudeflare.storage.hourly_sums import SumsOfRows, forget_before, statistics_since
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.tables import open_requests, request_details, requests
from claudeflare.storage.upsert import insert_new, upsert_columns


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
    sums = SumsOfRows(statistics_since(connection))
    sums.add(columns)
    sums.save(connection)
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
    sums = SumsOfRows(statistics_since(connection))
    _subtract(connection, sums, ids)
    sums.add(columns)
    sums.save(connection)
    upsert_columns(connection, requests, columns)
    upsert_columns(connection, request_details, [ids, _details(latest.values())])
    _close(connection, ids)


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
        sums = SumsOfRows(statistics_since(connection))
        _subtract(connection, sums, ids)
        sums.save(connection)
        if len(ids) < limit:
            forget_before(connection, before)
    for some in chunks(ids):
        connection.execute(delete(requests).where(requests.c.id.in_(some)))
    return len(ids)


def _subtract(connection: Connection, sums: SumsOfRows, ids: Sequence[str]) -> None:
    """Take off what the records of these ids, where there are any, added."""
    for some in chunks(ids):
        rows = connection.execute(select(requests).where(requests.c.id.in_(some))).all()
        if rows:
            sums.add([*zip(*rows, strict=True)], -1)
