from __future__ import annotations

import pytest

from claudeflare.errors import Conflict, InvalidInput, NotFound
from claudeflare.quotas.client_key import Budget, ClientKey, digest_of
from claudeflare.storage.client_keys import ClientKeyStore
from claudeflare.storage.database import Database


def key(name: str, secret: str | None = None, **limits: object) -> ClientKey:
    return ClientKey(id="", name=name, digest=digest_of((secret or name).encode()), **limits)  # type: ignore[arg-type]


@pytest.fixture
def store(database: Database) -> ClientKeyStore:
    return ClientKeyStore(database)


def test_everything_comes_back(store: ClientKeyStore) -> None:
    limited = key(
        "CI", models=("claude-haiku-*",), accounts=("a", "b"), requests_per_minute=1, tokens_per_minute=2,
        concurrency=3, budgets=(Budget("day", 4.5), Budget("month", 6.0)), zone="Europe/Berlin", allow_unpriced=True,
        shadow=True, expires_at=9e9,
    )  # fmt: skip
    stored = store.add(limited, "wxyz", 5.0)
    assert stored.key.id
    assert store.get("ci") == store.get(stored.key.id) == stored
    assert (stored.ending, stored.created, stored.revoked_at) == ("wxyz", 5.0, None)
    assert store.holding() == [stored.key]
    for field in ClientKey.__struct_fields__:
        if field != "id":
            assert getattr(stored.key, field) == getattr(limited, field)


def test_names_are_taken_until_their_key_is_revoked(store: ClientKeyStore) -> None:
    first = store.add(key("ci"), "", 1.0)
    with pytest.raises(Conflict, match="claudeflare keys revoke CI"):
        store.add(key("CI", "another"), "", 2.0)
    assert store.revoke("ci", 3.0).revoked_at == 3.0
    assert store.revoke("ci", 4.0).revoked_at == 3.0
    second = store.add(key("ci", "another"), "", 5.0)
    assert store.get("ci") == second
    assert store.get(first.key.id).revoked_at == 3.0
    assert store.holding() == [second.key]
    with pytest.raises(Conflict, match="is revoked"):
        store.change(first.key.id, shadow=True)


def test_what_is_not_named_stays(store: ClientKeyStore) -> None:
    stored = store.add(key("ci", concurrency=3, shadow=True), "", 1.0)
    changed = store.change("ci", shadow=False, budgets=(Budget("week", 2.0),))
    assert (changed.key.concurrency, changed.key.shadow, changed.key.budgets) == (3, False, (Budget("week", 2.0),))
    assert changed.key.digest == stored.key.digest


def test_pages_newest_first(store: ClientKeyStore) -> None:
    for number in range(5):
        store.add(key(f"k{number}"), "", float(number // 2))
    store.revoke("k1", 9.0)
    names: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = store.page(cursor, 2, revoked=True)
        names += [one.key.name for one in page]
        if cursor is None:
            break
    assert sorted(names) == ["k0", "k1", "k2", "k3", "k4"]
    assert names[0] == "k4"
    assert [one.key.name for one in store.page(None, 10, revoked=False)[0]].count("k1") == 0
    with pytest.raises(InvalidInput, match="not a cursor"):
        store.page("yesterday", 2, revoked=True)


def test_keys_there_are_not(store: ClientKeyStore) -> None:
    for name in ("nobody", "odd\0name"):
        with pytest.raises(NotFound, match="claudeflare keys list"):
            store.get(name)
        with pytest.raises(NotFound):
            store.revoke(name, 1.0)
