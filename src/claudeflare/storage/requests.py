"""Records of requests: written in batches, listed page by page, summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from claudeflare.errors import InvalidInput
from claudeflare.journal.records import Changed, Finished, Opened
from claudeflare.storage import finished_requests, hourly_sums, metadata, request_pages, request_rows, request_totals
from claudeflare.storage.chunks import chunks
from claudeflare.storage.database import Database
from claudeflare.storage.records import AccountUse, PricedRequest, RequestFilter, RequestSummary, Totals
from claudeflare.storage.state import apply_changes
from claudeflare.storage.storable import is_key
from claudeflare.storage.tables import open_requests, request_details, requests
from claudeflare.storage.tried_accounts import tried_accounts, tried_before
from claudeflare.storage.upsert import upsert


class RequestStore:
    """Every request, finished or open. Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write_batch(
        self,
        *,
        opened: Sequence[tuple[str, Opened]],
        finished: Sequence[PricedRequest],
        changed: Sequence[Changed],
        shed: Mapping[str, int],
    ) -> None:
        """Write what a stretch of the journal says, in one transaction. Writing it again alters nothing.

        `opened` comes with boot ids; an opened request that is finished, here or before, stays so. `shed` says, by
        journal writer, how many records could not be written down since that writer began.
        """
        first = [each for each in finished if not each.finished.amended]
        amended = [each for each in finished if each.finished.amended]
        try:
            with self._database.write() as connection:
                finished_requests.insert_finished(connection, first)
                finished_requests.write_finished(connection, amended)
                _write_rest(connection, opened, changed, shed)
        except finished_requests.AlreadyRecorded:
            with self._database.write() as connection:
                finished_requests.write_finished(connection, finished)
                _write_rest(connection, opened, changed, shed)

    def add_missing(self, records: Sequence[PricedRequest]) -> int:
        """Write those of which there is no record, in one transaction; how many. What is on record stays as it is.

        Of one id the first counts.
        """
        first: dict[str, PricedRequest] = {}
        for each in records:
            first.setdefault(each.finished.id, each)
        while first:
            try:
                with self._database.write() as connection:
                    known = finished_requests.recorded(connection, list(first))
                    missing = [each for request_id, each in first.items() if request_id not in known]
                    finished_requests.insert_finished(connection, missing)
                return len(missing)
            except finished_requests.AlreadyRecorded:
                continue  # another process wrote one of them in between
        return 0

    def end_open_requests(self, boot_id: str, ended_at: float) -> int:
        """End, as errors, the open requests of a gateway that is gone. Returns how many there were."""
        with self._database.write() as connection:
            left = connection.scalars(select(open_requests.c.opened).where(open_requests.c.boot_id == boot_id)).all()
            records = [request_rows.died_with_gateway(request_rows.decode_opened(each), ended_at) for each in left]
            finished_requests.write_finished(connection, records)
        return len(records)

    def list(self, wanted: RequestFilter, after: str | None, limit: int) -> tuple[list[RequestSummary], str | None]:
        """One page, newest first, and the cursor of the next page; None when this is the last.

        `after` is a cursor from the page before. Raises `InvalidInput` for a bad filter, cursor or limit.
        """
        if limit < 1:
            raise InvalidInput(f"A page has at least one request, not {limit}.")
        with self._database.read() as connection:
            rows, following = request_pages.page(connection, wanted, after, limit)
            tried = tried_before(connection, rows)
        return [request_rows.summary(row, tried.get(row.id, ())) for row in rows], following

    def get(self, request_id: str) -> tuple[RequestSummary, Finished] | None:
        """One record with its details; None when there is none of that id."""
        if not is_key(request_id):
            return None
        lines = request_pages.summaries(request_details.c.finished)
        statement = lines.join(request_details).where(requests.c.id == request_id)
        with self._database.read() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        finished = request_rows.decode_finished(row.finished)
        return request_rows.summary(row, tried_accounts(finished.attempts, row.account_id)), finished

    def totals(self, since: float | None) -> Totals:
        """Sums since then, but never from before `reset_statistics`."""
        with self._database.read() as connection:
            return request_totals.totals(connection, since)

    def statistics_since(self) -> float | None:
        """From when statistics count; None: from the beginning."""
        with self._database.read() as connection:
            return hourly_sums.statistics_since(connection)

    def account_use(self) -> dict[str, AccountUse]:
        """How much each account was used, by account id."""
        with self._database.read() as connection:
            return request_totals.account_use(connection)

    def reset_statistics(self, at: float) -> None:
        """Let statistics count from `at` on. Every record stays."""
        with self._database.write() as connection:
            metadata.write_value(connection, metadata.STATISTICS_SINCE, repr(at))
            hourly_sums.restart(connection, at)

    def delete_before(self, before: float, limit: int, *, keep_sums: bool = False) -> int:
        """Delete records of requests that began before then, oldest first, at most `limit`; how many that were.

        Requests that have not ended are not among them. Statistics forget them, unless told to keep their sums.
        """
        with self._database.write() as connection:
            return finished_requests.delete_before(connection, before, limit, keep_sums=keep_sums)

    def count(self) -> int:
        """How many records there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(requests)) or 0

    def shed_records(self) -> dict[str, int]:
        """Journal writer -> how many records it could not write down; those of every gateway there ever was."""
        with self._database.read() as connection:
            kept = metadata.read_values(connection, metadata.SHED_RECORDS)
        return {writer: int(records) for writer, records in kept.items()}


def _write_rest(
    connection: Connection,
    opened: Sequence[tuple[str, Opened]],
    changed: Sequence[Changed],
    shed: Mapping[str, int],
) -> None:
    """What is written behind the finished requests of a batch."""
    _write_opened(connection, opened)
    apply_changes(connection, changed)
    for writer, records in shed.items():
        key = metadata.SHED_RECORDS + writer
        if records > int(metadata.read_value(connection, key) or 0):
            metadata.write_value(connection, key, str(records))


def _write_opened(connection: Connection, opened: Sequence[tuple[str, Opened]]) -> None:
    rows = {
        request.id: {"id": request.id, "boot_id": boot_id, "opened": request_rows.encode_opened(request)}
        for boot_id, request in opened
    }
    for ids in chunks([*rows]):
        for finished_id in connection.scalars(select(requests.c.id).where(requests.c.id.in_(ids))):
            del rows[finished_id]
    upsert(connection, open_requests, list(rows.values()))
