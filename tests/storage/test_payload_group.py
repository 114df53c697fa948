"""What one transaction holds, whatever is stored: nobody waits long for the write lock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from payload_samples import payload
from sqlalchemy import Connection, Engine, event

from claudeflare.storage import payload_group
from claudeflare.storage.database import Database
from claudeflare.storage.payload_chunks import drop_unused
from claudeflare.storage.payload_file import open_payload_file
from claudeflare.storage.payloads import PayloadStore
from harness.conversation_bodies import words


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_payload_file(tmp_path / "payloads.db")
    yield opened
    opened.dispose()


@contextmanager
def transactions() -> Iterator[list[dict[str, int]]]:
    """What each writing transaction within the block did: statements, rows and bytes written."""
    seen: list[dict[str, int]] = []

    def executed(_c: Connection, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            seen.append({"statements": 0, "rows": 0, "bytes": 0})
        elif seen and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen[-1]["statements"] += 1
            seen[-1]["rows"] += max(0, cursor.rowcount)
            rows = parameters if isinstance(parameters, list) else [parameters]
            values = [value for row in rows for value in row]
            seen[-1]["bytes"] += sum(len(value) for value in values if isinstance(value, bytes | bytearray))

    event.listen(Engine, "after_cursor_execute", executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "after_cursor_execute", executed)


def test_a_large_body_is_stored_in_several_transactions(database: Database) -> None:
    body = words(random.Random(1), 2_000_000).encode()
    noise = random.Random(1).randbytes(2_000_000)
    with transactions() as seen:
        PayloadStore(database).store([payload("r1", body), payload("r1", noise, part="response")])
    assert len(seen) > 5
    assert max(each["rows"] for each in seen) <= payload_group.CHUNKS_AT_ONCE + 10
    assert max(each["bytes"] for each in seen) <= payload_group.BYTES_AT_ONCE + 100_000
    found = PayloadStore(database).get("r1")
    assert (found["request"].body, found["response"].body) == (body, noise)


def test_small_bodies_share_a_transaction(database: Database) -> None:
    with transactions() as seen:
        PayloadStore(database).store([payload(f"r{n}", b"{%d}" % n) for n in range(200)])
    assert len(seen) == 1


class Swept(Database):
    """Before each transaction, another process drops all chunks that no body has."""

    writes = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.writes += 1
        with super().write() as connection:
            drop_unused(connection, None, 100_000)
            yield connection


def test_chunks_dropped_while_a_body_is_on_its_way_are_stored_again(database: Database, tmp_path: Path) -> None:
    """Between its first look and its last transaction, what it found and what it added may be gone."""
    body = words(random.Random(2), 2_000_000).encode()
    store = PayloadStore(database)
    store.store([payload("old", body[:300_000])])
    store.delete_oldest(1)
    swept = Swept(f"sqlite:///{tmp_path}/payloads.db")
    PayloadStore(swept).store([payload("new", body)])
    swept.dispose()
    assert swept.writes > 2
    assert store.get("new")["request"].body == body


def test_deleting_a_large_store_goes_in_small_steps(database: Database) -> None:
    store = PayloadStore(database)
    for number in range(30):
        text = words(random.Random(number), 60_000).encode()
        store.store([payload(f"{number}-{n}", text + b"%d" % n) for n in range(20)])
    with transactions() as seen:
        while store.delete_oldest(100) or store.drop_unused(200):
            pass
    assert store.totals().stored_bytes == 0
    assert len(seen) > 12
    assert max(each["rows"] for each in seen) <= 202
    assert max(each["statements"] for each in seen) <= 4
