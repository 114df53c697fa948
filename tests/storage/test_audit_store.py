from __future__ import annotations

from typing import Any

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.storage.audit import AuditEntry, AuditFilter, AuditStore
from claudeflare.storage.database import Database


def entry(action: str, at: float = 1.0, **fields: Any) -> AuditEntry:
    return AuditEntry(**{"at": at, "who": "token", "action": action} | fields)


def listed(store: AuditStore, **wanted: Any) -> list[str]:
    page, cursor = store.list(AuditFilter(**wanted), None, 100)
    assert cursor is None
    return [each.action for _, each in page]


def test_what_is_written_is_read_newest_first(database: Database) -> None:
    store = AuditStore(database)
    first = entry("add-account", subject="main", after={"tier": 1, "name": "é\0\ud800", "limits": [None, 1.5]})
    second = AuditEntry(
        at=2.0,
        who="session",
        session_id="abc",
        address="192.0.2.1",
        action="pause-account",
        subject="main",
        before={"paused": False},
        after={"paused": True},
    )
    store.append(first)
    store.append(second)
    page, cursor = store.list(AuditFilter(), None, 10)
    assert [each for _, each in page] == [second, first]
    assert page[0][0] > page[1][0]
    assert cursor is None


def test_pages(database: Database) -> None:
    store = AuditStore(database)
    for number in range(7):
        store.append(entry(f"a{number}"))
    seen: list[str] = []
    cursor: str | None = None
    for size in (3, 3, 1):
        page, cursor = store.list(AuditFilter(), cursor, 3)
        assert len(page) == size
        seen += [each.action for _, each in page]
        store.append(entry("later"))
    assert cursor is None
    assert seen == [f"a{number}" for number in reversed(range(7))]


def test_filters(database: Database) -> None:
    store = AuditStore(database)
    store.append(entry("add-account", 1.0, subject="main"))
    store.append(entry("add-account", 2.0, subject="spare", who="session"))
    store.append(entry("reset-stats", 3.0))
    assert listed(store, action="add-account") == ["add-account", "add-account"]
    assert listed(store, subject="spare", action="add-account") == ["add-account"]
    assert listed(store, who="session") == ["add-account"]
    assert listed(store, since=2.0) == ["reset-stats", "add-account"]
    assert listed(store, since=2.0, until=3.0) == ["add-account"]
    assert listed(store, action="nothing\0") == []


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "９", "9" * 19, "1" * 30])
def test_what_is_no_cursor(database: Database, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        AuditStore(database).list(AuditFilter(), cursor, 1)


def test_an_empty_page_is_no_page(database: Database) -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        AuditStore(database).list(AuditFilter(), None, 0)


def test_what_is_old_goes_oldest_first(database: Database) -> None:
    store = AuditStore(database)
    for number in range(5):
        store.append(entry(f"a{number}", float(number)))
    assert store.delete_before(4.0, 3) == 3
    assert listed(store) == ["a4", "a3"]
    assert store.delete_before(4.0, 3) == 1
    assert store.delete_before(4.0, 3) == 0
    assert listed(store) == ["a4"]
