from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sample_requests import priced, write
from sqlalchemy import event

from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.records import AccountUse, RequestFilter, Totals
from claudeflare.storage.requests import RequestStore


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def use(requests: int, recorded: int, last_used: float | None) -> AccountUse:
    return AccountUse(requests=requests, recorded=recorded, last_used=last_used)


def test_no_requests_at_all(store: RequestStore) -> None:
    assert store.totals(None) == Totals(
        requests=0, successes=0, average_duration_ms=None, tokens=0, cost_usd=None, unpriced_requests=0,
        average_tokens_per_second=None, top_models=[],
    )  # fmt: skip


def test_sums(store: RequestStore, work: str, spare: str) -> None:
    tokens = TokenCounts(input=1, cache_write_5m=2, cache_write_1h=3, cache_read=4, output=5, thinking=3)
    write(
        store,
        priced("a", 10.0, tokens, 0.25, account_id=work, duration_ms=100.0),
        priced("b", 20.0, tokens, 0.5, account_id=work, duration_ms=300.0, model="m2"),
        priced("c", 30.0, tokens, None, account_id=spare, status=500, duration_ms=200.0),
        priced("d", 40.0, None, None, terminal_state="refused", status=400, duration_ms=0.0, model=None),
    )
    assert store.totals(None) == Totals(
        requests=4, successes=2, average_duration_ms=150.0, tokens=45, cost_usd=0.75, unpriced_requests=1,
        average_tokens_per_second=None, top_models=[("claude-opus-4-6", 2), ("m2", 1)],
    )  # fmt: skip
    assert store.account_use() == {work: use(2, 2, 20.0), spare: use(1, 1, 30.0)}


def test_a_range_begins_with_its_first_instant(store: RequestStore) -> None:
    write(store, priced("a", 10.0), priced("b", 20.0))
    assert store.totals(20.0).requests == 1
    assert store.totals(20.1).requests == 0


def test_cost_is_unknown_only_when_every_cost_is(store: RequestStore) -> None:
    write(store, priced("a", tokens=TokenCounts(output=1)))
    assert store.totals(None).cost_usd is None
    write(store, priced("b", cost_usd=0.0))
    assert store.totals(None).cost_usd == 0.0
    assert store.totals(None).unpriced_requests == 1


def test_tokens_per_second_count_streaming_time_only(store: RequestStore) -> None:
    output = TokenCounts(output=300)
    write(
        store,
        priced("a", tokens=output, streaming=True, first_byte_ms=1000.0, duration_ms=3000.0),
        priced("b", tokens=TokenCounts(output=100), streaming=True, first_byte_ms=0.0, duration_ms=2000.0),
        priced("json", tokens=output, streaming=False, first_byte_ms=10.0, duration_ms=20.0),
        priced("instant", tokens=output, streaming=True, first_byte_ms=20.0, duration_ms=20.0),
        priced("silent", tokens=TokenCounts(output=0), streaming=True, first_byte_ms=0.0, duration_ms=9000.0),
        priced("headless", tokens=output, streaming=True, first_byte_ms=None, duration_ms=9000.0),
    )
    assert store.totals(None).average_tokens_per_second == 400 / 4.0


def test_ten_models_at_most(store: RequestStore) -> None:
    write(store, [priced(f"{n}-{i}", model=f"m{n:02}") for n in range(12) for i in range(n + 1)])
    top = store.totals(None).top_models
    assert top[0] == ("m11", 12)
    assert [count for _, count in top] == list(range(12, 2, -1))


def test_a_reset_hides_what_was_before_and_keeps_it(store: RequestStore, work: str) -> None:
    write(store, priced("a", 10.0, account_id=work), priced("b", 20.0))
    store.reset_statistics(15.0)
    assert store.totals(None).requests == 1
    assert store.totals(5.0).requests == 1
    assert store.totals(25.0).requests == 0
    assert store.count() == 2
    assert len(store.list(RequestFilter(), None, 10)[0]) == 2
    assert store.account_use() == {work: use(0, 1, 10.0)}


def test_a_reset_to_an_earlier_time_counts_again(store: RequestStore, work: str) -> None:
    write(store, priced("a", 10.0, account_id=work, cost_usd=1.0), priced("b", 20.0, account_id=work, cost_usd=2.0))
    for since, requests, cost in ((30.0, 0, None), (15.0, 1, 2.0), (5.0, 2, 3.0)):
        store.reset_statistics(since)
        assert (store.totals(None).requests, store.totals(None).cost_usd) == (requests, cost)
        assert store.account_use() == {work: use(requests, 2, 20.0)}


def test_what_ends_after_a_reset_counts_only_when_it_began_after_it(store: RequestStore, work: str) -> None:
    store.reset_statistics(15.0)
    write(store, priced("before", 14.9, account_id=work), priced("after", 15.0, account_id=work))
    assert store.totals(None).requests == 1
    assert store.account_use() == {work: use(1, 2, 15.0)}


def test_use_of_an_account_that_is_gone(database: Database, store: RequestStore, work: str) -> None:
    write(store, priced("a", 10.0, account_id=work), priced("b", 20.0, account_id=work))
    AccountStore(database).remove(work)
    assert store.account_use() == {work: use(2, 2, 20.0)}


@pytest.mark.parametrize("since", [None, 0.0, 3599.9, 3600.0, 3600.1, 7000.0, 7200.0, 9999.0])
def test_ranges_end_and_begin_within_hours(store: RequestStore, since: float | None) -> None:
    tokens = TokenCounts(input=1, output=10)
    times = [0.0, 3599.95, 3600.0, 3600.05, 7000.0, 7199.0, 7200.0, 8000.0]
    fields = {"streaming": True, "first_byte_ms": 100.0, "duration_ms": 1100.0}
    write(store, [priced(f"r{n}", at, tokens, 0.5, model=f"m{n % 3}", **fields) for n, at in enumerate(times)])
    counted = [at for at in times if since is None or at >= since]
    totals = store.totals(since)
    assert (totals.requests, totals.tokens, sum(n for _, n in totals.top_models)) == (
        len(counted),
        11 * len(counted),
        len(counted),
    )
    assert totals.cost_usd == (0.5 * len(counted) if counted else None)
    assert totals.average_tokens_per_second == (pytest.approx(10.0) if counted else None)
    assert totals.average_duration_ms == (pytest.approx(1100.0) if counted else None)


def statements(database: Database, ask: Callable[[], object]) -> Iterator[tuple[str, list[str]]]:
    """Each statement and how the database goes about it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database._engine, "before_cursor_execute", note)
    ask()
    event.remove(database._engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if database.path is not None else "EXPLAIN"
    with database.read() as connection:
        for statement, parameters in asked:
            if "requests" in statement:
                yield (
                    statement,
                    [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)],
                )


def test_sums_do_not_read_every_record(database: Database, store: RequestStore, work: str) -> None:
    write(store, [priced(f"r{n}", float(n * 1800), account_id=work) for n in range(500)])
    with database.write() as connection:
        connection.exec_driver_sql("ANALYZE")
    reset = statements(database, lambda: store.totals(None))
    assert [statement for statement, _ in reset if "FROM requests" in statement] == []
    for _, plan in statements(database, lambda: store.totals(1801.0)):
        assert not any(re.search(r"(SCAN|Seq Scan on) requests", step) for step in plan), plan
    for _, plan in statements(database, store.account_use):
        assert not any(re.search(r"(SCAN|Seq Scan on) requests", step) for step in plan), plan
