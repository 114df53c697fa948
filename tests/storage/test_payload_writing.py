"""What the writer remembers of chunks spares it work, and is never believed when the database may know better."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from payload_samples import NOW, payload
from sqlalchemy import Connection, Engine, event

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.payload_chunks import STEP_SECONDS
from claudeflare.storage.payload_file import open_payload_file, payload_database
from claudeflare.storage.payload_writing import PAYLOADS_AT_ONCE
from claudeflare.storage.payloads import PayloadStore
from harness.conversation_bodies import words

TEXTS = [words(random.Random(seed), 30_000).encode() for seed in range(3)]


@pytest.fixture
def holding(database: Database, tmp_path: Path) -> Iterator[Database]:
    """The database that holds payloads, of either kind."""
    opened = payload_database(database, tmp_path / "payloads.db")
    yield opened
    opened.dispose()


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def executed(_c: Connection, _cursor: Any, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "after_cursor_execute", executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "after_cursor_execute", executed)


def drop_all(store: PayloadStore) -> None:
    while store.delete_oldest(100) or store.drop_unused(100):
        pass


def test_known_content_costs_no_look_at_chunks(tmp_path: Path) -> None:
    database = open_payload_file(tmp_path / "payloads.db")
    store = PayloadStore(database)
    store.store([payload("first", TEXTS[0])])
    with statements() as seen:
        store.store([payload(f"r{number}", TEXTS[0]) for number in range(100)])
    assert not [statement for statement in seen if "digest" in statement]
    assert len(seen) < 10
    database.dispose()


def test_many_payloads_are_several_transactions(tmp_path: Path) -> None:
    database = open_payload_file(tmp_path / "payloads.db")
    with statements() as seen:
        PayloadStore(database).store([payload(f"r{number}", b"{}") for number in range(PAYLOADS_AT_ONCE + 1)])
    assert sum(statement.startswith("BEGIN IMMEDIATE") for statement in seen) == 2
    database.dispose()


def test_chunks_that_another_process_has_dropped_are_stored_again(holding: Database) -> None:
    """Their ids are another's chunks by then."""
    store, another = PayloadStore(holding), PayloadStore(holding)
    store.store([payload("r1", TEXTS[0])])
    drop_all(another)
    another.store([payload("r2", TEXTS[1])])
    store.store([payload("r3", TEXTS[0] + TEXTS[2])])
    store.store([payload("r4", TEXTS[2] + TEXTS[1], at=NOW + STEP_SECONDS)])
    found = {request_id: store.get(request_id)["request"].body for request_id in ("r2", "r3", "r4")}
    assert found == {"r2": TEXTS[1], "r3": TEXTS[0] + TEXTS[2], "r4": TEXTS[2] + TEXTS[1]}


def test_chunks_that_another_process_has_added_are_found(holding: Database) -> None:
    store, another = PayloadStore(holding), PayloadStore(holding)
    store.store([payload("r1", TEXTS[0])])
    another.store([payload("r2", TEXTS[1])])
    stored = another.totals().stored_bytes
    store.store([payload("r3", TEXTS[1] + TEXTS[0])])
    assert store.get("r3")["request"].body == TEXTS[1] + TEXTS[0]
    assert another.totals().stored_bytes - stored < 5000


def test_a_chunk_in_use_outlives_the_bodies_it_came_with(holding: Database) -> None:
    """In a later time step it is marked anew, by the memory of the one before."""
    store = PayloadStore(holding)
    for step in range(5):
        store.store([payload(f"r{step}", TEXTS[0] + TEXTS[1][: 5000 * step], at=NOW + step * STEP_SECONDS)])
        store.delete_before(NOW + step * STEP_SECONDS, 100)
        while store.drop_unused(100):
            pass
        assert store.get(f"r{step}")["request"].body == TEXTS[0] + TEXTS[1][: 5000 * step]


class Failing(Database):
    """Its next transaction is undone at its end, as by a full disk."""

    fails = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            if self.fails:
                raise StorageError("no room")


def test_ids_of_a_transaction_that_failed_are_forgotten(tmp_path: Path) -> None:
    open_payload_file(tmp_path / "payloads.db").dispose()
    database = Failing(f"sqlite:///{tmp_path}/payloads.db")
    store = PayloadStore(database)
    database.fails = True
    with pytest.raises(StorageError, match="no room"):
        store.store([payload("r1", TEXTS[0])])
    database.fails = False
    store.store([payload("r2", TEXTS[1])])
    store.store([payload("r1", TEXTS[0])])
    assert [store.get(f"r{n}")["request"].body for n in (1, 2)] == [TEXTS[0], TEXTS[1]]
    database.dispose()
