"""Folding, expiring and counting anew, a step at a time; and what is asked for beside them."""

from __future__ import annotations

import math

import pytest
from sample_requests import priced, write
from sqlalchemy import func, select

from claudeflare.analytics.segments import ALL, EVERY, Segment
from claudeflare.analytics.stretches import DAY, MINUTE, Stretch
from claudeflare.errors import InvalidInput
from claudeflare.storage import rollup_folding, rollup_recount, rollup_writing
from claudeflare.storage.database import Database
from claudeflare.storage.removed_accounts import account_ids_once_named, removed_account_names
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_reading import RollupReader
from claudeflare.storage.rollup_state import RollupState, read_state, write_folded_until, write_paired_from
from claudeflare.storage.rollup_tables import rollups
from claudeflare.storage.rollup_totals import total_of
from claudeflare.storage.rollups import RollupStore

NOW = 10.0 * DAY


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def rows(database: Database, **where: int) -> int:
    c = rollups.c
    with database.read() as connection:
        conditions = [c[name] == value for name, value in where.items()]
        return connection.scalar(select(func.count()).select_from(rollups).where(*conditions)) or 0


def requests_on_rollups(database: Database) -> int:
    with RollupStore(database).reading() as reader:
        return reader.total(Choice(), [Stretch(DAY, 0, 20 * DAY)]).sums[0]


def test_ingest_writes_one_row_for_a_minute_and_folding_the_rest(database: Database, store: RequestStore) -> None:
    write(store, [priced(f"r{n}", NOW + n) for n in range(3)])
    assert rows(database) == rows(database, level=MINUTE, kind=EVERY) == 1
    kept = RollupStore(database)
    assert kept.fold(NOW + rollup_folding.SETTLED_SECONDS) is False  # the minute is too young
    assert rows(database) == 1
    kept.fold(NOW + rollup_folding.SETTLED_SECONDS + MINUTE)
    # Nine kinds, at four levels.
    assert rows(database) == 36
    assert rows(database, kind=ALL) == 4
    write(store, priced("late", NOW + 5))
    assert (rows(database), requests_on_rollups(database)) == (36, 4)


def test_minutes_are_folded_a_few_at_a_time(database: Database, store: RequestStore) -> None:
    write(store, [priced(f"r{n}", NOW + n * MINUTE) for n in range(12)])
    kept, steps = RollupStore(database), 1
    while kept.fold(NOW + DAY):
        steps += 1
        assert requests_on_rollups(database) == 12
    assert steps == math.ceil(12 / rollup_folding.MINUTES_AT_ONCE) + 1


def test_old_minutes_go_and_the_rest_stays(database: Database, store: RequestStore) -> None:
    write(store, [priced("old", NOW - 3 * DAY), priced("new", NOW)])
    kept = RollupStore(database)
    while kept.fold(NOW + DAY):
        pass
    while kept.expire():
        pass
    assert rows(database, level=MINUTE) == 9
    assert requests_on_rollups(database) == 2
    write(store, priced("very late", NOW - 4 * DAY))
    assert rows(database, level=MINUTE) == 9
    assert requests_on_rollups(database) == 3


def test_counting_anew_keeps_what_is_left_of_deleted_records(database: Database, store: RequestStore) -> None:
    write(store, [priced(f"r{n}", n * DAY + 5.0) for n in range(1, 8)])
    kept = RollupStore(database)
    while kept.fold(NOW):
        pass
    store.delete_before(3 * DAY, 10, keep_sums=True)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE rollups SET requests = 70")  # damage
    kept.count_anew()
    with database.write() as connection:
        while rollup_recount.recount_step(connection, 2):
            pass
    with kept.reading() as reader:
        assert reader.uncounted == (-math.inf, -math.inf)
        assert reader.total(Choice(), [Stretch(DAY, 4 * DAY, 20 * DAY)]).sums[0] == 4
        assert reader.total(Choice(), [Stretch(DAY, DAY, 3 * DAY)]).sums[0] == 140


def test_with_nothing_on_record_there_is_nothing_to_count(database: Database) -> None:
    kept = RollupStore(database)
    kept.count_anew()
    assert kept.recount() is False


def test_the_state_survives(database: Database) -> None:
    with database.write() as connection:
        assert read_state(connection) == RollupState()
        write_folded_until(connection, 600)
        write_paired_from(connection, DAY)
        assert read_state(connection) == RollupState(folded_until=600, paired_from=DAY)


def test_nothing_to_write_is_no_work(database: Database) -> None:
    with database.write() as connection:
        rollup_writing.write_layers(connection, [])
    assert rows(database) == 0


def test_a_reader_names_what_it_reads(database: Database, store: RequestStore) -> None:
    write(store, priced("r", NOW, account_id="a"))
    with database.read() as connection:
        reader = RollupReader(connection, {})
        parts = reader.breakdown(Choice(), [Stretch(MINUTE, int(NOW), int(NOW) + MINUTE)])
    assert Segment(1, True, account_id="a") in parts
    assert total_of([*parts.values()]).sums[0] == len(parts)


def test_a_status_nobody_can_have() -> None:
    with pytest.raises(InvalidInput, match="no status 'fine'"):
        Choice(status="fine").conditions()


def test_accounts_that_are_gone_have_their_last_name(database: Database, store: RequestStore, work: str) -> None:
    write(
        store,
        priced("a", 10.0, account_id="gone", account="first"),
        priced("b", 20.0, account_id="gone", account="last"),
        priced("c", 30.0, account_id=work, account="work"),
    )
    with database.read() as connection:
        assert removed_account_names(connection) == {"gone": "last"}
        assert account_ids_once_named(connection, "LAST") == ["gone"]
        assert account_ids_once_named(connection, "first") == []
    store.delete_before(100.0, 10, keep_sums=True)
    with database.read() as connection:
        assert removed_account_names(connection) == {"gone": None}
