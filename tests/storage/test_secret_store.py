from __future__ import annotations

import pytest

from claudeflare.errors import NotFound
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SealedSecret, SecretStore


def test_a_secret_that_came_with_its_account(database: Database) -> None:
    secret = SealedSecret("key", b"sealed")
    account = AccountStore(database).add(NewAccount(name="work"), 1.0, secret).account
    store = SecretStore(database)
    assert store.get(account.id) == secret
    assert store.all() == {account.id: secret}


def test_putting_raises_the_generation(database: Database, work: str) -> None:
    store = SecretStore(database)
    assert store.get(work) is None
    assert store.put(work, "k", b"one") == SealedSecret("k", b"one", 0)
    assert store.put(work, "k2", b"two") == SealedSecret("k2", b"two", 1)
    assert store.get(work) == SealedSecret("k2", b"two", 1)


def test_replacing_fails_when_somebody_was_faster(database: Database, work: str) -> None:
    store = SecretStore(database)
    first = store.put(work, "k", b"one")
    second = store.replace(work, first, "k", b"two")
    assert second == SealedSecret("k", b"two", 1)
    assert store.replace(work, first, "k", b"three") is None
    assert store.get(work) == second


def test_there_must_be_such_an_account(database: Database) -> None:
    store = SecretStore(database)
    with pytest.raises(NotFound, match="may have been removed"):
        store.put("nobody", "k", b"one")
    assert store.replace("nobody", SealedSecret("k", b"x"), "k", b"y") is None
    assert store.all() == {}
