"""A session that has to move stays within its organization while it can, and stays where it moved."""

from __future__ import annotations

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import BenchCleared, Benched
from claudeflare.balancing.lease import Acquired, PickRequest
from claudeflare.balancing.outcome import Served
from claudeflare.balancing.pool import AccountPool

NOW = 1_000.0
REQUEST = PickRequest(session="s")
ORGANIZATIONS = {"a": "one", "b": "two", "c": "one"}


def a_pool(tiers: dict[str, int] | None = None) -> AccountPool:
    pool = AccountPool()
    sizes = tiers or {"a": 20, "b": 5, "c": 1}
    pool.configure([Account(id=name, name=name, tier=tier) for name, tier in sizes.items()], "session", 1000)
    for name, organization in ORGANIZATIONS.items():
        pool.learn_organization(name, organization)
    return pool


def served(pool: AccountPool) -> Acquired:
    taken = pool.acquire(REQUEST, NOW)
    assert isinstance(taken, Acquired)
    pool.settle(taken.lease, Served(), NOW, 0.0)
    return taken


def benched(name: str) -> Benched:
    return Benched(name, "", NOW + 100, "usage window is used up")


def test_it_moves_within_the_organization_and_stays_there() -> None:
    pool = a_pool()
    assert served(pool).lease.account.name == "a"
    pool.apply([benched("a")], NOW)
    moved = served(pool)
    assert moved.lease.account.name == "c"
    assert moved.pick.why.startswith("session moved from a to c")
    assert [one.out for one in moved.pick.candidates if one.account == "b"] == [
        "of another organization than the session's account"
    ]
    pool.apply([BenchCleared("a", "")], NOW)
    assert served(pool).lease.account.name == "c"


def test_with_no_relative_free_it_moves_where_there_is_room() -> None:
    pool = a_pool()
    served(pool)
    pool.apply([benched("a"), benched("c")], NOW)
    assert served(pool).lease.account.name == "b"


def test_a_new_session_goes_where_there_is_room() -> None:
    assert served(a_pool({"a": 1, "b": 20, "c": 1})).lease.account.name == "b"


def test_an_organization_that_is_not_known_has_no_relatives() -> None:
    pool = AccountPool()
    pool.configure(
        [Account(id=name, name=name, tier=tier) for name, tier in (("a", 20), ("b", 5), ("c", 1))], "session", 1000
    )
    served(pool)
    pool.apply([benched("a")], NOW)
    assert served(pool).lease.account.name == "b"
