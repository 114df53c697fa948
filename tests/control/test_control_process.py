from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from claudeflare.balancing.change import Benched, OrganizationLearned
from claudeflare.gateway.messages import Answered, ChangesMade, InFlight, Ready
from claudeflare.journal.writer import JournalWriter
from harness.control_process import ControlChild, control_process
from harness.journal_frames import finished


async def add_work(control: ControlChild) -> str:
    async with control.client() as client:
        response = await client.post("/api/accounts", json={"name": "work", "apiKey": "sk-ant-work"})
    assert response.status_code == 201
    return str(response.json()["id"])


async def test_a_gateway_is_greeted_and_kept_up_to_date(tmp_path: Path) -> None:
    async with control_process(tmp_path) as control:
        early = control.link(0)  # before control has opened anything
        changes, snapshot = await early.greeted()
        assert (changes.changes, snapshot.accounts, snapshot.strategy) == ([], [], "session")
        await early.next(Answered)
        await control.ready()
        assert psutil.Process(control.process.pid).nice() == min(psutil.Process().nice() + 10, 19)  # 19 is the lowest

        account_id = await add_work(control)
        snapshot = await early.newest_snapshot(2)
        assert [account.name for account in snapshot.accounts] == ["work"]
        assert snapshot.credentials[account_id].secret == "sk-ant-work"

        late = control.link(1)
        await late.greeted(1)
        await late.next(Answered)
        learned = [OrganizationLearned(account_id, "org"), Benched(account_id, "opus", 4e9, "limited")]
        await early.send(ChangesMade(learned))
        assert (await late.next(ChangesMade)).changes == learned
        await late.send(InFlight({account_id: 3}, open_connections=3))
        await late.send(ChangesMade([Benched(account_id, "", 4e9, "window")]))
        await early.newest_snapshot(3)
        await early.next(ChangesMade)
        async with control.client() as client:
            account = (await client.get("/api/accounts/work")).json()
            assert (account["inFlight"], account["rateLimitStatus"]) == (3, "limited")
            configuration = (await client.get("/api/config")).json()
        assert {"name": "port", "value": 8080, "source": "the command line"} in configuration["settings"]

        control.terminate()
        assert await control.ended() == (0, "")


async def test_requests_show_while_it_runs_and_the_last_ones_are_stored_at_the_end(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "home" / "journal", 0, os.urandom(16).hex())
    async with control_process(tmp_path) as control:
        writer.append(finished("r1", model="claude-opus-5"))
        await control.ready()
        async with control.client() as client:
            while not (lines := (await client.get("/api/requests")).json()):
                pass
        assert [line["id"] for line in lines] == ["r1"]
        writer.append(finished("r2"))
        control.terminate()
        assert (await control.ended())[0] == 0
    writer.close()
    async with control_process(tmp_path) as control:
        await control.ready()
        async with control.client() as client:
            assert {line["id"] for line in (await client.get("/api/requests")).json()} == {"r1", "r2"}


async def test_it_ends_when_its_supervisor_is_gone(tmp_path: Path) -> None:
    async with control_process(tmp_path) as control:
        await control.ready()
        control.channel.close()
        assert await control.ended() == (0, "")


async def test_it_ends_when_told_so_before_it_was_told_anything_else(tmp_path: Path) -> None:
    async with control_process(tmp_path) as control:
        control.terminate()
        status, _ = await control.ended()
        assert status in (0, -signal.SIGTERM)  # so early that Python was not up yet


async def test_the_terminals_signals_are_the_supervisors_business(tmp_path: Path) -> None:
    async with control_process(tmp_path) as control:
        await control.ready()
        for number in (signal.SIGINT, signal.SIGHUP):
            control.process.send_signal(number)
        await add_work(control)
        control.terminate()
        assert await control.ended() == (0, "")


async def test_a_database_that_cannot_be_used_ends_it_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "claudeflare.db").write_bytes(b"this is no database" * 100)
    async with control_process(tmp_path) as control:
        status, logged = await control.ended()
    assert status == 1
    assert str(tmp_path / "home" / "claudeflare.db") in logged
    assert "Traceback" not in logged


async def test_what_only_a_child_says_is_logged_and_passed_over(tmp_path: Path) -> None:
    async with control_process(tmp_path) as control:
        with (tmp_path / "file").open("w") as file:
            control.channel.send(Ready(), file.fileno())
        await control.ready()
        control.terminate()
        status, logged = await control.ended()
    assert status == 0
    assert "sent what control does not expect: Ready" in logged
