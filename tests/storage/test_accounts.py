from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import AttentionNeeded, Benched, SessionBound
from claudeflare.errors import Conflict, InvalidInput, NotFound
from claudeflare.storage.accounts import AccountStore, NewAccount, StoredAccount
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SealedSecret, SecretStore
from claudeflare.storage.state import StateStore


@pytest.fixture
def store(database: Database) -> AccountStore:
    return AccountStore(database)


def test_an_account_comes_back_as_it_was_added(store: AccountStore) -> None:
    new = NewAccount(name=" Work ", tier=5, priority=-3, base_url="http://localhost:9000/")
    added = store.add(new, now=12.5)
    expected = Account(id=new.id, name="Work", tier=5, priority=-3, base_url="http://localhost:9000")
    assert added == StoredAccount(account=expected, created=12.5)
    assert store.get(new.id) == store.get("work") == store.get("WORK") == added
    assert store.list() == [added]


def test_newest_first(store: AccountStore) -> None:
    for created, name in ((1.0, "a"), (3.0, "c"), (2.0, "b")):
        store.add(NewAccount(name=name), now=created)
    assert [stored.account.name for stored in store.list()] == ["c", "b", "a"]


def test_ids_differ() -> None:
    assert NewAccount(name="a").id != NewAccount(name="a").id


@pytest.mark.parametrize("other", ["work", "WORK", " Work ", "ｗｏｒｋ"])
def test_a_name_is_taken_in_any_case(store: AccountStore, work: str, other: str) -> None:
    with pytest.raises(Conflict, match="There is an account named"):
        store.add(NewAccount(name=other), now=2.0)
    assert len(store.list()) == 1


def test_a_secret_is_not_left_behind_when_the_name_is_taken(database: Database, store: AccountStore, work: str) -> None:
    with pytest.raises(Conflict):
        store.add(NewAccount(name="work"), 2.0, SealedSecret("k", b"x"))
    assert SecretStore(database).all() == {}


def test_changes(store: AccountStore, work: str) -> None:
    assert store.rename("work", "Job").account.name == "Job"
    assert store.set_paused("job", True).account.paused
    assert not store.set_paused(work, False).account.paused
    assert store.set_tier(work, 20).account.tier == 20
    assert store.set_priority(work, 7).account.priority == 7
    assert (
        store.set_base_url(work, "https://gateway.example/claude/").account.base_url == "https://gateway.example/claude"
    )
    assert store.set_base_url(work, None).account.base_url is None
    assert store.get(work).account == Account(id=work, name="Job", tier=20, priority=7)


def test_renaming_to_its_own_name_in_another_case(store: AccountStore, work: str) -> None:
    assert store.rename("work", "WORK").account.name == "WORK"


def test_renaming_to_a_taken_name(store: AccountStore, work: str, spare: str) -> None:
    with pytest.raises(Conflict, match="'Work'"):
        store.rename("spare", "Work")
    assert store.get(spare).account.name == "spare"


def test_removing_takes_secret_and_state_along(database: Database, store: AccountStore, work: str, spare: str) -> None:
    SecretStore(database).put(work, "k", b"x")
    state = StateStore(database)
    state.apply([SessionBound("s", work, 99.0), Benched(work, "", 99.0, "r"), AttentionNeeded(work, "look")], at=1.0)
    assert store.remove("work").account.id == work
    assert [stored.account.id for stored in store.list()] == [spare]
    assert SecretStore(database).all() == {}
    assert state.load(2.0) == []
    store.add(NewAccount(name="work"), now=3.0)


@pytest.mark.parametrize("missing", ["nobody", "", "\0", "work\0", "\udcff", "x" * 5000, str(uuid.UUID(int=0))])
def test_unknown_accounts(store: AccountStore, missing: str) -> None:
    for act in (
        store.get,
        store.remove,
        lambda name: store.rename(name, "x"),
        lambda name: store.set_tier(name, 1),
    ):
        with pytest.raises(NotFound, match="There is no account"):
            act(missing)


def test_a_bad_value_changes_nothing(store: AccountStore, work: str) -> None:
    before = store.get(work)
    with pytest.raises(InvalidInput):
        store.set_tier(work, 7)
    with pytest.raises(InvalidInput):
        store.rename(work, "")
    with pytest.raises(InvalidInput):
        store.set_base_url(work, "ftp://example.com")
    with pytest.raises(InvalidInput):
        store.add(NewAccount(name="other", mode="magic"), now=1.0)
    assert store.list() == [before]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(name=st.text(min_size=1, max_size=70))
def test_any_name_is_refused_or_found_again(store: AccountStore, name: str) -> None:
    try:
        stored = store.add(NewAccount(name=name), now=1.0)
    except InvalidInput:
        return
    try:
        assert store.get(name) == store.get(stored.account.name) == stored
    finally:
        store.remove(stored.account.id)
