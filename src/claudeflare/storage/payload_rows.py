"""Captured payloads as rows, but for what their chunks hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from claudeflare.journal.payloads import Payload
from claudeflare.storage import payload_chunks, storable
from claudeflare.storage.among import rows_among
from claudeflare.storage.chunk_runs import encode_runs
from claudeflare.storage.packed_fields import pack_each
from claudeflare.storage.payload_tables import payloads
from claudeflare.storage.upsert import insert_new

ROW_BYTES: Final = 240
"""What a payload takes beside its fields and its list of chunks. Measured."""


def add_payloads(connection: Connection, given: Sequence[tuple[Payload, Sequence[int]]]) -> None:
    """Store payloads, each with its chunks' ids. One that is stored already, by its id and part, stays as it is."""
    new = {(payload.id, payload.part): (payload, chunk_ids) for payload, chunk_ids in given}
    for ids in payload_chunks.slices({request_id for request_id, _ in new}, 500):
        for stored in rows_among(connection, "SELECT request_id, part FROM payloads WHERE request_id", ids):
            new.pop((stored[0], stored[1]), None)
    if not new:
        return
    captured = [payload for payload, _ in new.values()]
    chunks = [encode_runs(chunk_ids) for _, chunk_ids in new.values()]
    fields = pack_each(payload.fields for payload in captured)
    kept = [len(payload.body) for payload in captured]
    columns = (
        [payload.id for payload in captured],
        [payload.part for payload in captured],
        [payload.at for payload in captured],
        [payload.size for payload in captured],
        kept,
        storable.texts([payload.content_encoding for payload in captured]),
        fields,
        chunks,
    )
    insert_new(connection, payloads, columns)
    payload_chunks.count(
        connection,
        payloads=len(captured),
        kept=sum(kept),
        stored=sum(map(len, fields)) + sum(map(len, chunks)) + ROW_BYTES * len(captured),
    )
