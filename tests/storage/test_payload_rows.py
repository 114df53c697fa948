from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from payload_samples import payload
from sqlalchemy import select

from claudeflare.storage.chunk_runs import decode_runs
from claudeflare.storage.database import Database
from claudeflare.storage.payload_file import payload_database
from claudeflare.storage.payload_rows import add_payloads
from claudeflare.storage.payload_tables import payload_totals, payloads


@pytest.fixture
def holding(database: Database, tmp_path: Path) -> Iterator[Database]:
    """The database that holds payloads, of either kind."""
    opened = payload_database(database, tmp_path / "payloads.db")
    yield opened
    opened.dispose()


def test_rows_that_are_there_stay_and_are_not_counted_twice(holding: Database) -> None:
    both = [(payload("r1", b"12"), [1]), (payload("r1", b"345", part="response", content_encoding="gzip"), [7, 8])]
    with holding.write() as connection:
        add_payloads(connection, both)
    with holding.write() as connection:
        add_payloads(connection, [(payload("r1", b"other"), [3]), (payload("r2", b""), [])])
        add_payloads(connection, both)
    with holding.read() as connection:
        rows = {(row.request_id, row.part): row for row in connection.execute(select(payloads))}
        totals = connection.execute(select(payload_totals)).one()
    assert set(rows) == {("r1", "request"), ("r1", "response"), ("r2", "request")}
    assert decode_runs(rows["r1", "request"].chunks) == [1]
    assert decode_runs(rows["r1", "response"].chunks) == [7, 8]
    assert rows["r1", "response"].content_encoding == "gzip"
    assert (totals.payloads, totals.kept) == (3, 5)
