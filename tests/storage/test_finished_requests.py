from __future__ import annotations

import msgspec
import pytest
from sample_requests import priced, write
from sqlalchemy import func, select

from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import request_rows
from claudeflare.storage.database import Database
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tables import hourly_sums

HOUR = 3600.0


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def sums_rows(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(hourly_sums)) or 0


def test_a_record_written_again_counts_once(store: RequestStore, work: str) -> None:
    for _ in range(3):
        write(store, priced("a", tokens=TokenCounts(output=5), cost_usd=0.5, account_id=work))
    totals = store.totals(None)
    assert (totals.requests, totals.tokens, totals.cost_usd) == (1, 5, 0.5)
    assert store.account_use()[work].recorded == 1


def test_a_batch_of_old_and_new_ones_counts_each_once(store: RequestStore, work: str) -> None:
    old = [priced(f"r{n}", tokens=TokenCounts(output=5), cost_usd=0.5, account_id=work) for n in range(3)]
    write(store, old)
    write(store, [*old, priced("r4", cost_usd=1.0, account_id=work), priced("r4", cost_usd=0.25, account_id=work)])
    totals = store.totals(None)
    assert (totals.requests, totals.tokens, totals.cost_usd, store.count()) == (4, 15, 1.75, 4)


def test_amendments_and_new_records_come_together(store: RequestStore, work: str) -> None:
    write(store, priced("a", cost_usd=0.5, account_id=work))
    amended = priced("a", cost_usd=2.0, account_id=work, status=499, amended=True)
    write(store, [priced("b", cost_usd=0.25, account_id=work), amended, priced("c", amended=True)])
    assert (store.totals(None).requests, store.totals(None).cost_usd) == (3, 2.25)
    found = store.get("a")
    assert found is not None
    assert (found[0].status, found[1].amended) == (499, True)


def test_a_record_is_stored_as_the_journal_has_it(store: RequestStore) -> None:
    record = priced("a", query="q")
    write(store, msgspec.structs.replace(record, encoded=request_rows.encode_finished(record.finished)))
    found = store.get("a")
    assert found is not None
    assert found[1] == record.finished


def test_an_amendment_moves_what_it_counts_for(database: Database, store: RequestStore, work: str, spare: str) -> None:
    write(store, priced("a", tokens=TokenCounts(output=5), account_id=work, model="m"))
    write(store, priced("a", tokens=TokenCounts(output=7), cost_usd=0.25, account_id=spare, model="n", status=500))
    totals = store.totals(None)
    assert (totals.requests, totals.successes, totals.tokens, totals.unpriced_requests) == (1, 0, 7, 0)
    assert (totals.cost_usd, totals.top_models) == (0.25, [("n", 1)])
    assert set(store.account_use()) == {spare}
    assert sums_rows(database) == 1


def test_sums_follow_what_is_cleared(database: Database, store: RequestStore, work: str) -> None:
    write(store, [priced(f"r{n}", n * HOUR, cost_usd=1.0, account_id=work) for n in range(4)])
    assert store.delete_before(2 * HOUR, 10) == 2
    assert (store.totals(None).requests, store.totals(None).cost_usd) == (2, 2.0)
    assert store.account_use()[work].recorded == 2
    assert store.delete_before(100 * HOUR, 10) == 2
    assert sums_rows(database) == 0
    assert store.account_use() == {}


def test_sums_outlive_what_is_deleted_by_age(store: RequestStore, work: str) -> None:
    write(store, [priced(f"r{n}", n * HOUR, cost_usd=1.0, account_id=work) for n in range(4)])
    assert store.delete_before(3 * HOUR, 2, keep_sums=True) == 2
    assert store.delete_before(3 * HOUR, 2, keep_sums=True) == 1
    assert store.count() == 1
    assert (store.totals(None).requests, store.totals(None).cost_usd) == (4, 4.0)
    assert store.totals(HOUR).requests == 3
    assert store.account_use()[work].last_used == 3 * HOUR
    assert store.delete_before(100 * HOUR, 10, keep_sums=True) == 1
    assert (store.account_use()[work].recorded, store.account_use()[work].last_used) == (4, None)


def test_clearing_forgets_what_was_deleted_by_age_too(database: Database, store: RequestStore) -> None:
    write(store, [priced(f"r{n}", n * HOUR + 5) for n in range(4)])
    store.delete_before(2 * HOUR, 10, keep_sums=True)
    assert store.delete_before(3 * HOUR, 1) == 1
    assert store.totals(None).requests == 3  # more are to be cleared: the next call finishes it
    assert store.delete_before(3 * HOUR, 1) == 0
    assert store.totals(None).requests == 1
    assert sums_rows(database) == 1
