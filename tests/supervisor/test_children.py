"""One child, in this process's loop, with a clock that can be moved."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable

import pytest
from server_under_test import Planes, plane_command

from claudeflare.gateway.messages import NewLink
from claudeflare.supervisor.children import ORPHAN_SECONDS, Child

pytestmark = pytest.mark.timeout(20)


class Recorder:
    """An owner that writes down what it is told, and may act on it."""

    def __init__(self, on_ended: Callable[[Child], None] = lambda child: None) -> None:
        self.started = asyncio.Event()
        self.ready = asyncio.Event()
        self.ends: list[str] = []
        self._on_ended = on_ended

    def child_started(self, child: Child) -> None:
        self.started.set()

    def child_ready(self, child: Child) -> None:
        self.ready.set()

    def child_ended(self, child: Child, how: str) -> None:
        self.ends.append(how)
        self._on_ended(child)


@pytest.fixture
async def move_clock() -> Callable[[float], None]:
    """Makes the loop's clock jump ahead by so many seconds, so that nobody has to wait for them."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0

    def move(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    loop.time = lambda: real() + ahead  # type: ignore[method-assign]
    return move


async def test_a_child_that_always_ends_is_started_again_and_again(
    move_clock: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    def pass_time(child: Child) -> None:
        if len(owner.ends) == 18:
            child.stop()
        asyncio.get_running_loop().call_soon(move_clock, 5.0)  # once it pauses

    owner = Recorder(pass_time)
    await Child("gateway 0", ["/bin/sh", "-c", "exit 3"], owner).keep_running()
    assert owner.ends == ["exit status 3"] * 18
    reports = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in reports] == [*[logging.WARNING] * 4, logging.ERROR, logging.ERROR]
    assert reports[0][1] == "gateway 0 ended: exit status 3; starting it again in 0.1 s"
    assert reports[4][1] == "gateway 0 ended: exit status 3; starting it again in 5.0 s"


@pytest.mark.parametrize(
    ("command", "how"),
    [
        (["/bin/sh", "-c", "kill -9 $$"], "killed by SIGKILL"),
        (["/bin/sh", "-c", "exit 0"], "exit status 0"),
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 40)"], "killed by signal 40"),
        (["/nowhere/x"], "it could not be started: [Errno 2] No such file or directory: '/nowhere/x'"),
    ],
)
async def test_how_it_ended_in_words(command: list[str], how: str) -> None:
    if "40" in how and sys.platform != "linux":
        pytest.skip("no such signal here")
    owner = Recorder(Child.stop)
    child = Child("control", command, owner)
    assert repr(child) == "<Child control: not running>"
    await child.keep_running()
    assert owner.ends == [how]
    assert not child.reachable


async def test_stop_while_it_waits_to_start_again() -> None:
    owner = Recorder(lambda child: asyncio.get_running_loop().call_soon(child.stop) and None)
    await Child("control", ["/bin/sh", "-c", "exit 1"], owner).keep_running()
    assert owner.ends == ["exit status 1"]


async def test_stop_while_it_is_being_started(planes: Planes) -> None:
    owner = Recorder()
    child = Child("control", ["/bin/sh", "-c", "read line <&0; sleep 60"], owner)
    life = asyncio.get_running_loop().create_task(child.keep_running())
    await asyncio.sleep(0)
    assert not child.reachable
    child.stop()
    await life
    assert owner.ends == []


async def test_messages_to_nobody_are_lost() -> None:
    child = Child("control", ["/bin/true"], Recorder())
    child.send(NewLink(0), 0)
    child.kill()
    await child.keep_running()


async def test_a_child_without_its_channel_is_killed_in_the_end(
    planes: Planes, move_clock: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    owner = Recorder(Child.stop)
    child = Child("gateway 0", plane_command("gateway", planes.port), owner)
    life = asyncio.get_running_loop().create_task(child.keep_running())
    plane = await planes.next("gateway")
    plane.tell("ready")
    await owner.ready.wait()
    assert repr(child) == "<Child gateway 0: ready>"
    plane.tell("drop channel")
    while child.reachable:
        await asyncio.sleep(0)
    assert repr(child) == "<Child gateway 0: starting>"
    move_clock(ORPHAN_SECONDS)
    await life
    assert owner.ends == ["killed by SIGKILL"]
    assert "gateway 0 does not exit although its channel is closed" in caplog.text


async def test_starting_leaves_the_signals_of_this_process_as_they_were(planes: Planes) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    children = [Child(f"gateway {n}", ["/bin/sh", "-c", "exit 1"], Recorder(Child.stop)) for n in range(5)]
    await asyncio.gather(*(child.keep_running() for child in children))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
