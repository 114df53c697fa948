from __future__ import annotations

import asyncio
import signal

import pytest

from claudeflare.demo.interruption import Interruption, happens_within, unless


async def test_the_first_signal_asks_and_the_second_insists() -> None:
    interruption = Interruption()
    with interruption.listening():
        signal.raise_signal(signal.SIGINT)
        await interruption.asked.wait()
        assert not interruption.insisted.is_set()
        signal.raise_signal(signal.SIGTERM)
        await interruption.insisted.wait()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_an_event_happens_in_time_or_does_not() -> None:
    event = asyncio.Event()
    assert not await happens_within(event, 0.001)
    event.set()
    assert await happens_within(event, 60)


async def test_work_goes_on_unless_the_event_comes_first() -> None:
    event = asyncio.Event()
    unwound = []

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            unwound.append(True)
        return "done"

    async def quick() -> str:
        return "done"

    assert await unless(event, quick()) == "done"
    event.set()
    assert await unless(event, work()) is None
    assert unwound == [True]


async def test_what_the_work_raises_comes_through() -> None:
    async def failing() -> None:
        raise LookupError("gone")

    with pytest.raises(ExceptionGroup) as raised:
        await unless(asyncio.Event(), failing())
    assert raised.group_contains(LookupError, match="gone")
