"""The whole control process on PostgreSQL, and what it does while the server is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.balancing.change import Benched
from claudeflare.gateway.messages import Answered, ChangesMade
from claudeflare.journal.writer import JournalWriter
from harness.control_process import ControlChild, control_process
from harness.journal_frames import finished
from harness.postgres import PostgresServer, postgres_server

PASSWORD = "hunter2 @:/?#"


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """An empty database that belongs to a user with a password."""
    server.execute(f"CREATE ROLE claudeflare LOGIN PASSWORD '{PASSWORD}'")
    with server.database("OWNER claudeflare") as url:
        name = url.partition("?")[0].rpartition("/")[2]
        yield server.url(name, "claudeflare", PASSWORD)


async def requests(control: ControlChild) -> list[str]:
    async with control.client() as client:
        return [line["id"] for line in (await client.get("/api/requests")).json()]


async def requests_until(control: ControlChild, count: int) -> list[str]:
    """The test's time limit ends it."""
    while len(found := await requests(control)) < count:
        pass
    return sorted(found)


async def test_it_serves_and_remembers(tmp_path: Path, url: str) -> None:
    writer = JournalWriter(tmp_path / "home" / "journal", 0, os.urandom(16).hex())
    async with control_process(tmp_path, database_url=url) as control:
        gateway = control.link(0)
        await gateway.greeted()
        await gateway.next(Answered)
        await control.ready()
        async with control.client() as client:
            added = await client.post("/api/accounts", json={"name": "work", "apiKey": "sk-ant-work"})
            assert added.status_code == 201
            assert (await client.post("/api/accounts", json={"name": "WORK", "apiKey": "k"})).status_code == 409
            assert (await client.get("/api/accounts/no%00body")).status_code == 404
            assert "hunter2" not in (await client.get("/api/config")).text
        account_id = added.json()["id"]
        snapshot = await gateway.newest_snapshot(2)
        assert snapshot.credentials[account_id].secret == "sk-ant-work"
        other = control.link(1)
        await other.greeted(1)
        await other.next(Answered)
        await gateway.send(ChangesMade([Benched(account_id, "", 4e9, "limited")]))
        await other.next(ChangesMade)
        writer.append(finished("r1", account_id=account_id, account="work", model="claude-opus-5"))
        assert await requests_until(control, 1) == ["r1"]
        writer.append(finished("r2"))
        control.terminate()
        assert await control.ended() == (0, "")
    writer.close()
    assert not control.home.database.exists()
    async with control_process(tmp_path, database_url=url) as control:
        await control.ready()
        assert sorted(await requests(control)) == ["r1", "r2"]
        async with control.client() as client:
            account = (await client.get("/api/accounts/work")).json()
            stats = (await client.get("/api/stats")).json()
        assert (account["id"], account["requestCount"]) == (account_id, 1)
        assert stats["totalRequests"] == 2


async def test_while_the_server_is_away_it_says_so_and_keeps_the_records(
    tmp_path: Path, server: PostgresServer, url: str
) -> None:
    writer = JournalWriter(tmp_path / "home" / "journal", 0, os.urandom(16).hex())
    async with control_process(tmp_path, database_url=url) as control:
        await control.ready()
        writer.append(finished("r1"))
        await requests_until(control, 1)
        server.stop()
        writer.append(finished("r2"))
        async with control.client() as client:
            answer = await client.get("/api/requests")
        assert answer.status_code == 503
        assert answer.json()["code"] == "storage_error"
        assert "cannot be reached" in answer.json()["error"]
        server.start()
        writer.append(finished("r3"))
        assert await requests_until(control, 3) == ["r1", "r2", "r3"]
        control.terminate()
        status, logged = await control.ended()
    writer.close()
    assert status == 0
    assert "hunter2" not in logged
    assert "Traceback" not in logged


async def test_without_the_server_it_does_not_start(tmp_path: Path, server: PostgresServer, url: str) -> None:
    server.stop()
    async with control_process(tmp_path, database_url=url) as control:
        status, logged = await control.ended()
    server.start()
    assert status == 1
    assert "cannot be reached" in logged
    assert "hunter2" not in logged
    assert "Traceback" not in logged
