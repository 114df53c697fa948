"""A migrated database, for each test its own: every test here runs on SQLite and on PostgreSQL, both real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from harness.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of a worker."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database in a file that does not exist yet."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def postgresql_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database on the server."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind. Files about one kind alone override this."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty(url: str) -> Iterator[Database]:
    """Open, without tables."""
    opened = Database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def database(empty: Database) -> Database:
    """Open, of this version's schema."""
    migrate.upgrade(empty, None)
    return empty


@pytest.fixture
def work(database: Database) -> str:
    """The id of an account named `work`."""
    return AccountStore(database).add(NewAccount(name="work"), now=1.0).account.id


@pytest.fixture
def spare(database: Database) -> str:
    """The id of an account named `spare`."""
    return AccountStore(database).add(NewAccount(name="spare"), now=2.0).account.id
