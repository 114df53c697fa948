from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claudeflare.client.running import server_or_lock
from claudeflare.errors import Unreachable
from claudeflare.home import Home
from claudeflare.tasks import TaskKeeper


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Another holder of the lock: locks belong to the open file, so one process will do for both."""
    home.prepare()
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def test_without_a_server_the_lock_is_held_meanwhile_and_released_after(home: Home) -> None:
    async with server_or_lock(home) as url:
        assert url is None
        with home.lock.open("a") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with locked(home):
        pass


async def test_a_running_server_is_found(home: Home) -> None:
    with locked(home):
        home.server.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8080"}))
        async with server_or_lock(home) as url:
            assert url == "http://127.0.0.1:8080"


async def test_what_a_killed_server_left_behind_is_not_believed(home: Home) -> None:
    home.prepare()
    home.server.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8080"}))
    async with server_or_lock(home) as url:
        assert url is None
        assert not home.server.exists()


async def test_a_server_that_becomes_ready_is_waited_for(home: Home) -> None:
    tasks = TaskKeeper()
    found: asyncio.Queue[str | None] = asyncio.Queue()

    async def look() -> None:
        async with server_or_lock(home) as url:
            found.put_nowait(url)

    with locked(home):
        looking = tasks.start(look(), "look")
        await asyncio.sleep(0)
        home.server.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8080"}))
        assert await found.get() == "http://127.0.0.1:8080"
    await looking


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"pid": 1}', '"text"'])
async def test_a_lock_without_a_ready_server_is_an_error_that_says_what_to_do(home: Home, content: str | None) -> None:
    with locked(home):
        if content is not None:
            home.server.write_text(content)
        with pytest.raises(Unreachable, match="claudeflare serve"):
            async with server_or_lock(home, patience=0):
                pass
