from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path

from claudeflare.client.running import server_or_lock
from claudeflare.diagnosis.place import Place, meant_place
from claudeflare.home import Home
from claudeflare.supervisor.announcement import Announcement, write_announcement
from diagnosis.conftest import MakeCase


def prepared(path: Path) -> Home:
    home = Home(path)
    home.prepare()
    return home


async def test_a_server_that_is_named(case_on: MakeCase, tmp_path: Path) -> None:
    async with meant_place(case_on(tmp_path / "none", url="http://flare.example")) as place:
        assert place == Place(url="http://flare.example", local=False)


async def test_nothing_is_made_where_there_is_nothing(case_on: MakeCase, tmp_path: Path) -> None:
    async with meant_place(case_on(tmp_path / "none")) as place:
        assert (place.url, place.open) == (None, False)
        assert [finding.cure for finding in place.findings] == ["claudeflare serve"]
    assert not (tmp_path / "none").exists()


async def test_no_server_can_start_meanwhile(case_on: MakeCase, tmp_path: Path) -> None:
    home = prepared(tmp_path / "home")
    async with meant_place(case_on(home.directory)) as place:
        assert place.open
        with home.lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                raise AssertionError("the lock is free")
    async with server_or_lock(home, 0.0) as url:
        assert url is None


async def test_a_server_that_was_killed(case_on: MakeCase, tmp_path: Path) -> None:
    home = prepared(tmp_path / "home")
    write_announcement(home.server, Announcement(4711, "http://127.0.0.1:8080"))
    async with meant_place(case_on(home.directory)) as place:
        assert [finding.summary for finding in place.findings] == [
            "No server runs.",
            "The last server (process 4711, http://127.0.0.1:8080) was killed, or the machine went down.",
        ]


async def test_a_server_that_runs(case_on: MakeCase, tmp_path: Path) -> None:
    home = prepared(tmp_path / "home")
    write_announcement(home.server, Announcement(4711, "http://127.0.0.1:8080"))
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        async with meant_place(case_on(home.directory)) as place:
            assert place == Place(url="http://127.0.0.1:8080", pid=4711)


async def test_held_by_something_that_serves_nobody(case_on: MakeCase, tmp_path: Path) -> None:
    home = prepared(tmp_path / "home")
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        async with asyncio.timeout(5), meant_place(case_on(home.directory)) as place:
            [found] = place.findings
    assert found.state == "problem"
    assert found.summary.endswith("is in use, but no server has become ready there.")


async def test_a_directory_that_cannot_be_used(case_on: MakeCase, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "journal").write_text("a file")
    async with meant_place(case_on(tmp_path / "home")) as place:
        found = place.findings[0]
    assert (found.state, found.summary) == (
        "problem",
        f"The data directory {tmp_path}/home cannot be used: File exists.",
    )
