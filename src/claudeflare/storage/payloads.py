"""Captured bodies: what they share is stored once, and none of it in the way of records."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, select, tuple_

from claudeflare.journal.payloads import Payload
from claudeflare.storage import payload_chunks
from claudeflare.storage.chunk_runs import decode_runs
from claudeflare.storage.database import Database
from claudeflare.storage.packed_fields import unpack
from claudeflare.storage.payload_rows import ROW_BYTES
from claudeflare.storage.payload_tables import payload_totals, payloads
from claudeflare.storage.payload_writing import PayloadWriting
from claudeflare.storage.storable import is_key

_p = payloads.c


class PayloadTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is."""

    payloads: int = 0
    kept_bytes: int = 0
    """Of the bodies, as captured."""
    stored_bytes: int = 0
    """That they take in the database."""


class PayloadStore:
    """Payloads by request id and part. Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = PayloadWriting(database)

    def store(self, captured: Sequence[Payload]) -> None:
        """Store them, in several transactions. One that is stored already stays as it is. For one thread at a time."""
        self._writing.store(captured)

    def get(self, request_id: str) -> dict[str, Payload]:
        """What was captured of a request, by part: `request`, `response`, both or neither."""
        if not is_key(request_id):
            return {}
        with self._database.read() as connection:
            rows = connection.execute(select(payloads).where(_p.request_id == request_id)).all()
            return {
                row.part: Payload(
                    id=row.request_id,
                    at=row.at,
                    part=row.part,
                    fields=unpack(row.fields),
                    body=payload_chunks.read(connection, decode_runs(row.chunks)),
                    size=row.size,
                    content_encoding=row.content_encoding,
                )
                for row in rows
            }

    def totals(self) -> PayloadTotals:
        """Sums over all."""
        with self._database.read() as connection:
            row = connection.execute(select(payload_totals)).first()
        if row is None:
            return PayloadTotals()
        return PayloadTotals(payloads=row.payloads, kept_bytes=row.kept, stored_bytes=row.stored)

    def delete_before(self, before: float, limit: int) -> int:
        """Delete payloads captured before then, oldest first, at most `limit`; how many that were.

        Their chunks stay until `drop_unused`.
        """
        return self._delete_oldest(before, limit)

    def delete_oldest(self, limit: int) -> int:
        """Delete the oldest payloads, whatever their age; how many that were."""
        return self._delete_oldest(None, limit)

    def drop_unused(self, limit: int) -> int:
        """Drop chunks that no payload has, at most `limit`; how many that were.

        Those are the chunks last used before the oldest payload was captured: payloads go oldest first, so this finds
        all that matter, with neither a count to keep for each chunk nor a walk through all lists of them.
        """
        with self._database.write() as connection:
            oldest = connection.scalar(select(func.min(_p.at)))
            before = None if oldest is None else payload_chunks.step_of(oldest)
            return payload_chunks.drop_unused(connection, before, limit)

    def _delete_oldest(self, before: float | None, limit: int) -> int:
        size = (_p.kept, (func.length(_p.fields) + func.length(_p.chunks)).label("bytes"))
        oldest = select(_p.request_id, _p.part, *size).order_by(_p.at).limit(limit)
        with self._database.write() as connection:
            rows = connection.execute(oldest if before is None else oldest.where(_p.at < before)).all()
            for some in payload_chunks.slices([(row.request_id, row.part) for row in rows], 200):
                connection.execute(delete(payloads).where(tuple_(_p.request_id, _p.part).in_(some)))
            payload_chunks.count(
                connection,
                payloads=-len(rows),
                kept=-sum(row.kept for row in rows),
                stored=-sum(row.bytes + ROW_BYTES for row in rows),
            )
        return len(rows)
