"""A migrated SQLite database in a real file, for each test its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(opened, None)
    yield opened
    opened.dispose()


@pytest.fixture
def work(database: Database) -> str:
    """The id of an account named `work`."""
    return AccountStore(database).add(NewAccount(name="work"), now=1.0).account.id


@pytest.fixture
def spare(database: Database) -> str:
    """The id of an account named `spare`."""
    return AccountStore(database).add(NewAccount(name="spare"), now=2.0).account.id
