"""Records of elsewhere: each is written once, what is on record stays, and all sums count them."""

from __future__ import annotations

from sample_requests import priced, write

from claudeflare.analytics.stretches import DAY, Stretch
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest, RequestFilter
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollups import RollupStore

END = 4 * DAY


def some(*ids: str, model: str = "m") -> list[PricedRequest]:
    tokens = TokenCounts(input=3, output=4)
    return [
        priced(each, 3600.0 * at, tokens, 0.5, model=model, account_id="x", duration_ms=10.0)
        for at, each in enumerate(ids)
    ]


def models(store: RequestStore) -> dict[str, str | None]:
    page, _ = store.list(RequestFilter(), None, 100)
    return {each.id: each.model for each in page}


def total(database: Database) -> tuple[list[int], list[int]]:
    with RollupStore(database).reading() as reader:
        sums, bins = reader.total(Choice(), [Stretch(DAY, 0, END)])
        return list(sums), list(bins)


def test_what_is_missing_is_added(database: Database) -> None:
    store = RequestStore(database)
    write(store, some("a", model="ours"))
    assert store.add_missing(some("a", "b", "c", "b")) == 2
    assert models(store) == {"a": "ours", "b": "m", "c": "m"}
    assert store.add_missing(some("a", "b", "c")) == 0
    assert store.add_missing([]) == 0
    assert store.totals(None).requests == 3
    stored = store.get("b")
    assert stored is not None
    assert stored[1].account_id == "x"


def test_of_one_id_the_first_counts(database: Database) -> None:
    store = RequestStore(database)
    assert store.add_missing([*some("a"), *some("a", model="later")]) == 1
    assert models(store) == {"a": "m"}


def test_more_than_one_statement_takes(database: Database) -> None:
    store = RequestStore(database)
    ids = [f"r{number}" for number in range(1200)]
    assert store.add_missing(some(*ids[:700])) == 700
    assert store.add_missing(some(*ids)) == 500


def test_rollups_are_what_a_recount_makes_of_them(database: Database) -> None:
    store, rollups = RequestStore(database), RollupStore(database)
    # Some of it is folded already, some is not.
    write(store, some("a", "b"))
    while rollups.fold(END):
        pass
    store.add_missing(some("b", "c", "d"))
    counted = total(database)
    assert counted[0][0] == 4
    rollups.count_anew()
    while rollups.recount():
        pass
    assert total(database) == counted
