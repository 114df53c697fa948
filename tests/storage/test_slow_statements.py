from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select, text

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.slow_statements import MOST, SlowStatements, without_values
from claudeflare.storage.tables import single_values
from claudeflare.storage.timed_cursor import TimedConnection

SECRET = "hunter2"
"""In a value: never to be seen."""


@pytest.fixture
def all_slow(url: str, database: Database) -> Iterator[Database]:
    """Opened anew; whatever a statement takes is too long."""
    opened = Database(url)
    opened.statements.threshold_seconds = 0.0
    yield opened
    opened.dispose()


def test_what_is_quick_is_forgotten(database: Database) -> None:
    MetadataStore(database).set("a", "1")
    assert MetadataStore(database).get("a") == "1"
    assert database.statements.slowest() == []


def test_a_slow_statement_is_kept_without_what_it_was_given(all_slow: Database) -> None:
    for _ in range(3):
        MetadataStore(all_slow).get(SECRET)
    (found,) = [each for each in all_slow.statements.slowest() if "FROM metadata" in each.statement]
    assert found.times == 3
    assert 0 < found.slowest_seconds <= found.total_seconds
    assert found.last_at > 0
    assert SECRET not in repr(all_slow.statements.slowest())


def test_a_statement_that_fails_counts_too(all_slow: Database) -> None:
    def fail() -> None:
        with all_slow.read() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(StorageError):
        fail()
    assert "SELECT nothing FROM nowhere" in {each.statement for each in all_slow.statements.slowest()}


def test_only_the_slowest_are_kept(all_slow: Database) -> None:
    with all_slow.read() as connection:
        for number in range(MOST + 10):
            connection.execute(text(f"SELECT 1 AS name_{number}")).all()
    found = all_slow.statements.slowest()
    assert len(found) == MOST
    seconds = [each.slowest_seconds for each in found]
    assert seconds == sorted(seconds, reverse=True)


def test_a_recording_has_every_statement_of_its_thread_and_keeps_none_as_slow(all_slow: Database) -> None:
    store = MetadataStore(all_slow)
    with all_slow.statements.recording() as executed:
        store.get("mine")
        other = threading.Thread(target=store.get, args=("other",))
        other.start()
        other.join()
    store.get("later")
    given = [each.parameters for each in executed if "metadata" in each.statement]
    assert len(given) == 1
    assert "mine" in str(given[0])
    assert all(each.seconds > 0 for each in executed if each in given)
    (kept,) = [each for each in all_slow.statements.slowest() if "metadata" in each.statement]
    assert kept.times == 2


def test_sqlite_is_slow_while_it_is_fetched_from() -> None:
    engine = create_engine("sqlite://", connect_args={"factory": TimedConnection})
    statements = SlowStatements(engine, lambda: 5.0)
    # Each row takes a millisecond or so to be found, the first included.
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
    with engine.connect() as connection:
        connection.execute(text(f"{numbers} SELECT i FROM n WHERE i % 1000000 = 0")).all()
    engine.dispose()
    assert [(each.times, each.last_at) for each in statements.slowest()] == [(1, 5.0)]


def test_numbers_and_the_length_of_lists_are_left_out() -> None:
    assert (
        without_values("UPDATE chunks\n  SET last_used = 17 WHERE id IN (1,2,3,4,5,6)")
        == "UPDATE chunks SET last_used = ? WHERE id IN (…)"
    )
    assert without_values("SELECT a1, b_2 FROM t LIMIT 10") == "SELECT a1, b_2 FROM t LIMIT ?"
    assert without_values("SELECT x WHERE a IN ($1, $2)") == "SELECT x WHERE a IN ($1, $2)"


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=60))
def test_lists_of_any_length_are_one_statement(ids: list[int]) -> None:
    statement = f"DELETE FROM t WHERE id IN ({', '.join(map(str, ids))})"
    assert without_values(statement) == "DELETE FROM t WHERE id IN (…)"


def test_reads_of_a_store_are_whole_statements(database: Database) -> None:
    """Something is recorded for results that are read row by row as well."""
    with database.statements.recording() as executed, database.read() as connection:
        assert connection.execute(select(func.count()).select_from(single_values)).scalar_one() >= 0
    assert any("count" in each.statement for each in executed)
