from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from claudeflare.control.refresh_runner import RefreshRunner
from claudeflare.credentials.kinds import StaticToken
from claudeflare.credentials.profile_files import ProfileFiles
from claudeflare.tasks import TaskKeeper
from credentials.conftest import tokens  # noqa: F401 a fixture
from credentials.test_profile_files import write_profile
from credentials.test_refresh import World, world  # noqa: F401 a fixture


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
async def runner(world: World) -> AsyncIterator[RefreshRunner]:  # noqa: F811
    changed: list[None] = []
    runner = RefreshRunner(world.refresher, world.credentials, lambda: world.now, lambda: changed.append(None))
    yield runner
    await runner.close()


async def test_what_is_due_is_renewed_and_nothing_else(world: World, runner: RefreshRunner) -> None:  # noqa: F811
    due = world.add(world.secret(expires_at=world.now + 60))
    world.add(StaticToken("t"), "token")
    runner.start()
    await until(lambda: world.renewed_of == [(due, False)])
    assert len(world.tokens.requests) == 1


async def test_the_end_waits_for_a_renewal(world: World, runner: RefreshRunner) -> None:  # noqa: F811
    account_id = world.add(world.secret(expires_at=world.now + 60))
    world.tokens.may_answer.clear()
    runner.start()
    await asyncio.to_thread(world.tokens.arrived.wait, 10)
    closing = TaskKeeper().start(runner.close(), "in the background")
    await asyncio.sleep(0)
    world.tokens.may_answer.set()
    await closing
    assert world.stored(account_id).access_token == "access-1"


async def test_a_profile_that_its_own_program_writes(tmp_path: Path, world: World) -> None:  # noqa: F811
    profile = write_profile(tmp_path / "ant", config={"authentication": {}}, expires_at=None)
    world.add(profile, "profile")
    changed: list[None] = []
    runner = RefreshRunner(world.refresher, world.credentials, lambda: world.now, lambda: changed.append(None))
    assert await runner._look() == float("inf")
    assert len(changed) == 1  # seen for the first time
    await runner._look()
    assert len(changed) == 1
    ProfileFiles(profile).write("b", "", 0)
    await runner._look()
    assert len(changed) == 2
    (tmp_path / "ant" / "configs" / "work.json").unlink()
    await runner._look()
    assert len(changed) == 3
    await runner.close()
