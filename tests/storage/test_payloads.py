from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payload_samples import NOW, payload
from sqlalchemy import delete, func, select, update

from claudeflare.errors import StorageError
from claudeflare.journal.payloads import Payload
from claudeflare.storage.database import Database
from claudeflare.storage.payload_chunks import STEP_SECONDS
from claudeflare.storage.payload_file import open_payload_file, payload_database
from claudeflare.storage.payload_tables import payload_chunks, payloads
from claudeflare.storage.payloads import PayloadStore, PayloadTotals
from harness.conversation_bodies import turns, words

SOURCE = random.Random(3)
TEXTS = [words(SOURCE, 20_000).encode() for _ in range(3)]
NUMBERS = itertools.count()


@pytest.fixture
def holding(database: Database, tmp_path: Path) -> Iterator[Database]:
    """The database that holds payloads."""
    opened = payload_database(database, tmp_path / "payloads.db")
    yield opened
    opened.dispose()


@pytest.fixture
def store(holding: Database) -> PayloadStore:
    return PayloadStore(holding)


def chunk_count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(payload_chunks)) or 0


def drop_all_unused(store: PayloadStore) -> None:
    while store.drop_unused(50):
        pass


def test_what_is_stored_comes_back(store: PayloadStore) -> None:
    request = payload("r1", TEXTS[0], fields=[("a", "1"), ("a", "2"), ("é", "ü")], size=99_999, content_encoding="gzip")
    answer = payload("r1", b"\x00\xff" * 50_000, part="response", at=NOW + 5.25, fields=[])
    store.store([request, answer])
    assert store.get("r1") == {"request": request, "response": answer}
    assert store.get("r2") == {}
    assert store.get("\0") == {}


def test_an_empty_body_is_one(store: PayloadStore) -> None:
    store.store([payload("r1", b"", size=0)])
    assert store.get("r1")["request"].body == b""


def test_the_same_again_changes_nothing(store: PayloadStore) -> None:
    captured = [payload("r1", TEXTS[0]), payload("r1", TEXTS[1], part="response"), payload("r2", TEXTS[0])]
    store.store(captured)
    totals = store.totals()
    store.store(captured)
    store.store([captured[0], captured[0]])
    assert store.totals() == totals
    assert store.get("r1") == {"request": captured[0], "response": captured[1]}


def test_the_same_twice_in_one_batch_is_stored_once(store: PayloadStore) -> None:
    store.store([payload("r1", TEXTS[0]), payload("r1", TEXTS[0])])
    assert store.totals().payloads == 1
    assert store.get("r1")["request"].body == TEXTS[0]


def test_what_bodies_share_is_stored_once(store: PayloadStore, holding: Database) -> None:
    store.store([payload("r1", TEXTS[0])])
    chunks = chunk_count(holding)
    store.store([payload("r2", TEXTS[0]), payload("r3", TEXTS[0] + b"!")])
    assert chunk_count(holding) <= chunks + 2


def test_sums_are_true(store: PayloadStore) -> None:
    assert store.totals() == PayloadTotals()
    store.store([payload("r1", TEXTS[0]), payload("r2", TEXTS[1])])
    totals = store.totals()
    assert (totals.payloads, totals.kept_bytes) == (2, len(TEXTS[0]) + len(TEXTS[1]))
    assert 0 < totals.stored_bytes < totals.kept_bytes
    assert store.delete_before(NOW + 1, 10) == 2
    drop_all_unused(store)
    assert store.totals() == PayloadTotals()


def test_the_oldest_go_first_and_only_so_many(store: PayloadStore) -> None:
    store.store([payload(f"r{n}", TEXTS[0], at=NOW + n) for n in (3, 1, 2, 0)])
    assert store.delete_before(NOW + 3, 2) == 2
    assert [bool(store.get(f"r{n}")) for n in range(4)] == [False, False, True, True]
    assert store.delete_before(NOW + 3, 2) == 1
    assert store.delete_before(NOW + 3, 2) == 0
    assert store.delete_oldest(5) == 1


def test_chunks_stay_while_a_younger_body_has_them(store: PayloadStore, holding: Database) -> None:
    later = NOW + 10 * STEP_SECONDS
    store.store([payload("old", TEXTS[0] + TEXTS[1])])
    store.store([payload("new", TEXTS[1] + TEXTS[2], at=later)])
    before = chunk_count(holding)
    store.delete_before(NOW + 1, 10)
    drop_all_unused(store)
    assert chunk_count(holding) < before
    assert store.get("new")["request"].body == TEXTS[1] + TEXTS[2]


def test_chunks_are_dropped_a_few_at_a_time(store: PayloadStore, holding: Database) -> None:
    store.store([payload("r1", TEXTS[0])])
    chunks = chunk_count(holding)
    store.delete_oldest(1)
    assert store.drop_unused(3) == 3
    assert chunk_count(holding) == chunks - 3


def test_what_came_out_of_order_is_not_harmed(store: PayloadStore) -> None:
    """After a restart the journal may be read again, and bodies older than those that are stored come."""
    store.store([payload("new", TEXTS[0], at=NOW + 5 * STEP_SECONDS)])
    store.store([payload("old", TEXTS[0] + TEXTS[1], at=NOW)])
    drop_all_unused(store)
    assert store.get("old")["request"].body == TEXTS[0] + TEXTS[1]
    store.delete_before(NOW + 1, 1)
    drop_all_unused(store)
    assert store.get("new")["request"].body == TEXTS[0]


def test_missing_and_damaged_parts_are_told(store: PayloadStore, holding: Database) -> None:
    store.store([payload("r1", TEXTS[0]), payload("r2", TEXTS[1]), payload("r3", b"x", fields=[])])
    first = select(func.min(payload_chunks.c.id)).scalar_subquery()
    with holding.write() as connection:
        connection.execute(delete(payload_chunks).where(payload_chunks.c.id == first))
        last = select(func.max(payload_chunks.c.id)).scalar_subquery()
        connection.execute(update(payload_chunks).where(payload_chunks.c.id == last).values(data=b"no zstd"))
        connection.execute(update(payloads).where(payloads.c.request_id == "r2").values(fields=b"no zstd"))
    for request_id, words_said in (("r1", "missing"), ("r2", "damaged"), ("r3", "damaged")):
        with pytest.raises(StorageError, match=words_said):
            store.get(request_id)


bodies = st.lists(st.sampled_from([*TEXTS, *(text[:5000] for text in TEXTS)]) | st.binary(max_size=3000), max_size=3)
storing = st.tuples(st.just("store"), bodies.map(b"".join), st.integers(0, 5))
deleting = st.tuples(st.just("delete"), st.integers(0, 5))
Acts = list[tuple[object, ...]]


@given(st.lists(storing | deleting))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bodies_in_any_order_come_back_until_they_are_deleted(tmp_path: Path, done: Acts) -> None:
    database = open_payload_file(tmp_path / f"{next(NUMBERS)}.db")
    store, kept = PayloadStore(database), dict[str, Payload]()
    for number, act in enumerate(done):
        if act[0] == "store":
            _, body, steps = act
            assert isinstance(body, bytes)
            assert isinstance(steps, int)
            one = payload(f"r{number}", body, at=NOW + steps * STEP_SECONDS, part=("request", "response")[number % 2])
            store.store([one])
            kept[one.id] = one
        else:
            assert isinstance(act[1], int)
            store.delete_before(NOW + act[1] * STEP_SECONDS, 1000)
            kept = {key: one for key, one in kept.items() if one.at >= NOW + act[1] * STEP_SECONDS}
            drop_all_unused(store)
        assert {key: store.get(key)[one.part] for key, one in kept.items()} == kept
    store.delete_oldest(1000)
    drop_all_unused(store)
    assert store.totals() == PayloadTotals()
    database.dispose()


def test_a_conversation_takes_little_space(tmp_path: Path) -> None:
    database = open_payload_file(tmp_path / "payloads.db")
    store = PayloadStore(database)
    sent = 0
    conversation = [*turns(100)]
    for number, (request, answer) in enumerate(conversation):
        at = NOW + 30 * number
        store.store([payload(f"r{number}", request, at=at), payload(f"r{number}", answer, part="response", at=at + 9)])
        sent += len(request) + len(answer)
    assert len(conversation[-1][0]) > 690_000
    for number, (request, answer) in enumerate(conversation):
        found = store.get(f"r{number}")
        assert (found["request"].body, found["response"].body) == (request, answer)
    totals = store.totals()
    database.dispose()  # the log is folded into the file
    on_disk = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert on_disk < 0.03 * sent
    # What retention goes by is what the disk shows.
    assert totals.stored_bytes == pytest.approx(on_disk, rel=0.1)
