"""The lock, against another process that holds it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.errors import AlreadyRunning, SettingsError
from claudeflare.home import Home
from claudeflare.supervisor.announcement import Announcement, write_announcement
from claudeflare.supervisor.lock import lock_home

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


@pytest.fixture
def holder(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


async def test_free_and_released(home: Home) -> None:
    lock = await lock_home(home, wait=0)
    assert repr(lock) == "<HomeLock held>"
    with pytest.raises(AlreadyRunning):
        await lock_home(home, wait=0)
    lock.close()
    lock.close()
    assert repr(lock) == "<HomeLock released>"
    (await lock_home(home, wait=0)).close()


async def test_a_holder_that_has_not_announced_itself(home: Home, holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(AlreadyRunning) as caught:
        await lock_home(home, wait=0)
    assert str(caught.value) == (
        f"{home.directory} is in use by a command, or by a server that is starting or stopping; "
        "try again in a moment, or set CLAUDEFLARE_HOME to run a second one"
    )


async def test_a_holder_that_has(home: Home, holder: subprocess.Popen[bytes]) -> None:
    write_announcement(home.server, Announcement(holder.pid, "http://127.0.0.1:8080"))
    with pytest.raises(AlreadyRunning, match=f"http://127.0.0.1:8080 .process {holder.pid}.; stop it with"):
        await lock_home(home, wait=0)


async def test_a_killed_holder_leaves_nothing(home: Home, holder: subprocess.Popen[bytes]) -> None:
    waiting = asyncio.get_running_loop().create_task(lock_home(home, wait=30))
    await asyncio.sleep(0)
    holder.kill()
    (await waiting).close()


async def test_giving_up_waiting_leaks_nothing(home: Home, holder: subprocess.Popen[bytes]) -> None:
    before = os.listdir("/dev/fd")
    waiting = asyncio.get_running_loop().create_task(lock_home(home, wait=30))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert os.listdir("/dev/fd") == before


async def test_the_lock_is_not_inherited(home: Home) -> None:
    lock = await lock_home(home, wait=0)
    script = "print('up', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        lock.close()
        (await lock_home(home, wait=0)).close()
        child.communicate(b"\n")


async def test_a_home_that_cannot_be_used(tmp_path: Path) -> None:
    home = Home(tmp_path / "missing")
    with pytest.raises(SettingsError) as caught:
        await lock_home(home, wait=0)
    assert str(caught.value) == f"the data directory {home.directory} cannot be used: No such file or directory"
