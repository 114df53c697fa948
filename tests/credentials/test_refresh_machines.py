"""Two machines that share accounts through PostgreSQL: one renewal between them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claudeflare.credentials.refresh_decision import Wish
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from credentials.test_refresh import World
from harness.postgres import postgres_server
from harness.token_server import TokenServer


@pytest.fixture
def url() -> Iterator[str]:
    with postgres_server() as server, server.database() as url:
        yield url


def test_two_machines_one_renewal(url: str, tmp_path: Path, tokens: TokenServer) -> None:
    databases = Database(url), Database(url)
    migrate.upgrade(databases[0], None)
    # The same directory stands for the same key file; what is in memory is each machine's own.
    machines = [World(tmp_path, database, tokens) for database in databases]
    account_id = machines[0].add(machines[0].secret(expires_at=machines[0].now - 5))
    tokens.may_answer.clear()
    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(machine.refresher.credential, account_id, Wish.EXPIRED, 0)
            for machine in machines
            for _ in range(4)
        ]
        assert tokens.arrived.wait(10)
        tokens.may_answer.set()
        assert {each.result().secret for each in asked} == {"access-1"}
    assert len(tokens.requests) == 1
    for database in databases:
        database.dispose()
