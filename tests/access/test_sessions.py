from __future__ import annotations

import logging
from pathlib import Path

import pytest

from claudeflare.access.sessions import IDLE_SECONDS, LIFE_SECONDS, MOST, TOUCH_SECONDS, Sessions, ends_at, is_due
from claudeflare.errors import NotFound, StorageError
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.sessions import SessionStore

NOW = 1_795_000_000.0
DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    return SessionStore(database)


def test_a_browser_is_known_by_its_cookie_alone(store: SessionStore) -> None:
    sessions = Sessions(store)
    secret, session = sessions.open(NOW, "192.0.2.1", "Firefox")
    assert sessions.find(secret, NOW) == session
    assert (session.address, session.user_agent, session.created) == ("192.0.2.1", "Firefox", NOW)
    for wrong in (None, "", session.id, session.digest, secret[:-1], "\udc80"):
        assert sessions.find(wrong, NOW) is None


def test_secrets_are_in_no_representation_and_not_in_the_database(store: SessionStore, tmp_path: Path) -> None:
    sessions = Sessions(store)
    secret, session = sessions.open(NOW, None, None)
    assert secret not in repr(sessions) + repr(session) + repr(store.all())
    assert session.digest not in repr(session)
    assert not [path for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()]


def test_it_survives_a_restart(store: SessionStore) -> None:
    secret, session = Sessions(store).open(NOW, None, "Firefox " * 100)
    again = Sessions(store)
    assert again.find(secret, NOW) == session
    assert again.list(NOW) == [session]
    assert len(session.user_agent or "") == 200


def test_it_ends_when_it_is_not_used_and_after_its_life_anyhow(store: SessionStore) -> None:
    sessions = Sessions(store)
    secret, session = sessions.open(NOW, None, None)
    assert ends_at(session) == NOW + IDLE_SECONDS
    now = NOW
    while now + 20 * DAY < NOW + LIFE_SECONDS:
        now += 20 * DAY
        found = sessions.find(secret, now)
        assert found is not None
        sessions.touch(found, now)
    assert sessions.find(secret, NOW + LIFE_SECONDS) is None
    assert sessions.list(NOW + LIFE_SECONDS) == []
    other, _ = sessions.open(NOW, None, None)
    assert sessions.find(other, NOW + IDLE_SECONDS) is None


def test_use_is_written_down_now_and_then(store: SessionStore) -> None:
    sessions = Sessions(store)
    _, session = sessions.open(NOW, None, None)
    assert not is_due(session, NOW + TOUCH_SECONDS - 1)
    assert is_due(session, NOW + TOUCH_SECONDS)
    sessions.touch(session, NOW + TOUCH_SECONDS)
    assert [each.used_at for each in Sessions(store).list(NOW)] == [NOW + TOUCH_SECONDS]
    sessions.end(session.id)
    sessions.touch(session, NOW + 2 * TOUCH_SECONDS)
    assert sessions.list(NOW) == []


class Away(SessionStore):
    """A database that is away from when it is told to be."""

    def touch(self, session_id: str, at: float) -> None:
        raise StorageError("The database is away.")


def test_it_holds_while_the_database_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    sessions = Sessions(Away(database))
    secret, session = sessions.open(NOW, None, None)
    with caplog.at_level(logging.WARNING):
        sessions.touch(session, NOW + DAY)
    assert "The database is away." in caplog.text
    assert sessions.find(secret, NOW + IDLE_SECONDS) is not None


def test_ending_one_and_all(store: SessionStore) -> None:
    sessions = Sessions(store)
    opened = [sessions.open(NOW + number, None, None) for number in range(3)]
    assert [each.id for each in sessions.list(NOW)] == [session.id for _, session in reversed(opened)]
    first_secret, first = opened[0]
    assert sessions.end(first.id) == first
    assert sessions.find(first_secret, NOW) is None
    with pytest.raises(NotFound, match=first.id):
        sessions.end(first.id)
    assert sessions.end_all() == 2
    assert [sessions.find(secret, NOW) for secret, _ in opened] == [None] * 3
    assert store.all() == []


def test_there_are_only_so_many(store: SessionStore) -> None:
    sessions = Sessions(store)
    opened = [sessions.open(NOW + number, None, None) for number in range(MOST + 2)]
    assert [sessions.find(secret, NOW) is not None for secret, _ in opened] == [False] * 2 + [True] * MOST
    assert len(store.all()) == MOST


def test_what_has_ended_is_forgotten(store: SessionStore) -> None:
    sessions = Sessions(store)
    sessions.open(NOW, None, None)
    _, newer = sessions.open(NOW + DAY, None, None)
    assert sessions.forget_ended(NOW + IDLE_SECONDS) == 1
    assert store.all() == [newer]
    assert sessions.forget_ended(NOW + IDLE_SECONDS) == 0
