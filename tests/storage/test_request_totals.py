from __future__ import annotations

import pytest
from sample_requests import priced, write

from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter, Totals
from claudeflare.storage.requests import RequestStore


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def test_no_requests_at_all(store: RequestStore) -> None:
    assert store.totals(None) == Totals(
        requests=0, successes=0, average_duration_ms=None, tokens=0, cost_usd=None, unpriced_requests=0,
        average_tokens_per_second=None, top_models=[], per_account={},
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
        per_account={work: (2, 20.0), spare: (1, 30.0)},
    )  # fmt: skip


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
    assert store.totals(None).per_account == {work: (0, 10.0)}


def test_last_use_does_not_depend_on_the_range(database: Database, store: RequestStore, work: str) -> None:
    write(store, priced("a", 10.0, account_id=work), priced("b", 20.0, account_id=work))
    assert store.totals(1000.0).per_account == {work: (0, 20.0)}
    AccountStore(database).remove(work)
    assert store.totals(None).per_account == {work: (2, 20.0)}
    assert store.totals(1000.0).per_account == {}
