from __future__ import annotations

from claudeflare.storage.database import Database
from claudeflare.storage.sessions import SessionStore, StoredSession


def session(name: str, created: float = 1.0) -> StoredSession:
    return StoredSession(name, f"digest of {name}", created, created, "192.0.2.1", None)


def test_what_is_added_is_there_until_it_is_removed(database: Database) -> None:
    store = SessionStore(database)
    assert store.all() == []
    for number, name in enumerate(("a", "b", "c")):
        store.add(session(name, float(number)))
    assert store.all() == [session("c", 2.0), session("b", 1.0), session("a", 0.0)]
    store.remove("b")
    store.remove("nobody")
    assert [each.id for each in store.all()] == ["c", "a"]
    store.remove_all()
    assert store.all() == []


def test_use(database: Database) -> None:
    store = SessionStore(database)
    store.add(session("a"))
    store.touch("a", 7.5)
    store.touch("nobody", 8.0)
    assert [(each.created, each.used_at) for each in store.all()] == [(1.0, 7.5)]


def test_whatever_a_browser_calls_itself(database: Database) -> None:
    store = SessionStore(database)
    store.add(StoredSession("a", "d", 1.0, 1.0, None, "Fire\0fox \udc80 é"))
    assert [each.user_agent for each in store.all()] == ["Fire\ufffdfox \ufffd é"]
