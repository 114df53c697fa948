"""Writes and deletes records of finished requests, and keeps the hourly sums true to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from claudeflare.storage import request_rows
from claudeflare.storage.chunks import chunks
from claudeflare.storage.hourly_sums import SumsOfRows, forget_before, statistics_since
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.tables import open_requests, request_details, requests
from claudeflare.storage.upsert import upsert_many


def write_finished(connection: Connection, finished: Sequence[PricedRequest]) -> None:
    """Insert or replace records with their details; the requests are open no longer. Of one id the last wins."""
    if not finished:
        return
    latest = {request.finished.id: request for request in finished}
    ids = list(latest)
    rows = [request_rows.request_row(request) for request in latest.values()]
    sums = SumsOfRows(statistics_since(connection))
    _subtract(connection, sums, ids)
    for row in rows:
        sums.add(row)
    sums.save(connection)
    upsert_many(connection, requests, rows)
    details = [(key, request_rows.encode_finished(each.finished)) for key, each in latest.items()]
    upsert_many(connection, request_details, details)
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
        for row in connection.execute(select(requests).where(requests.c.id.in_(some))):
            sums.add(row, -1)
