"""The scaled clock and the one moved by hand."""

from __future__ import annotations

import asyncio
import math

import pytest

from claudeflare.simulator.clock import Clock, ManualClock
from claudeflare.tasks import TaskKeeper


@pytest.mark.parametrize("scale", [-1.0, math.inf, math.nan])
def test_a_scale_must_be_a_number_that_time_can_run_at(scale: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Clock(scale)


async def test_time_runs_as_much_faster_as_asked() -> None:
    clock, loop = Clock(scale=100_000), asyncio.get_running_loop()
    simulated, real = clock.now(), loop.time()
    await clock.sleep(100)
    assert clock.now() - simulated >= 100
    assert loop.time() - real < 10


async def test_a_manual_clock_wakes_sleepers_in_order_when_due() -> None:
    clock, keeper, woken = ManualClock(1000.0), TaskKeeper(), list[str]()

    async def sleep(seconds: float, name: str) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    long, short = keeper.start(sleep(10, "long"), "long"), keeper.start(sleep(5, "short"), "short")
    await clock.until_somebody_sleeps()
    clock.advance(4)
    await asyncio.sleep(0)
    assert not woken
    clock.advance(6)
    await asyncio.gather(long, short)
    assert woken == ["short", "long"]
    assert clock.now() == 1010.0
    await clock.sleep(0)


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock, keeper = ManualClock(), TaskKeeper()
    keeper.start(clock.sleep(5), "sleeper")
    await clock.until_somebody_sleeps()
    await keeper.close()
    clock.advance(10)


async def test_an_endless_sleep_ends_with_its_task() -> None:
    keeper = TaskKeeper()
    task = keeper.start(Clock().sleep(math.inf), "for ever")
    await asyncio.sleep(0)
    await keeper.close()
    assert task.cancelled()


async def test_a_clock_can_be_stopped_moved_and_set_going_again() -> None:
    clock, keeper = Clock(scale=1.0, start=1000.0), TaskKeeper()
    clock.scale = 0
    assert 1000.0 <= clock.now() == clock.now() < 1100.0
    long = keeper.start(clock.sleep(3600), "long")
    await clock.until_somebody_sleeps()
    clock.advance(3000)
    await asyncio.sleep(0)
    assert not long.done()
    clock.scale = 100_000
    await long
    assert clock.now() >= 4600.0
    with pytest.raises(ValueError, match="positive"):
        clock.scale = -1


async def test_sleepers_of_a_running_clock_wake_in_order() -> None:
    clock, woken = Clock(scale=100_000), list[float]()

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    async with asyncio.TaskGroup() as group:
        for seconds in (900.0, 300.0, 600.0):
            group.create_task(sleep(seconds))
    assert woken == [300.0, 600.0, 900.0]
