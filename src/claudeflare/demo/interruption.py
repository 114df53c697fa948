"""Ctrl-C, SIGTERM and a closed terminal: once to end the demo with its summary, once more to not wait for answers."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Interruption:
    """What a person has asked for."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.insisted = asyncio.Event()

    def signal(self) -> None:
        """One more signal."""
        (self.insisted if self.asked.is_set() else self.asked).set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the process's signals while the block runs; on the main thread only."""
        loop = asyncio.get_running_loop()
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            numbers.append(signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self.signal)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def __repr__(self) -> str:
        return f"<Interruption {'asked' if self.asked.is_set() else 'none'}>"


async def happens_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event happens before so many seconds have passed; returns when either is the case."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def unless(event: asyncio.Event, work: Coroutine[None, None, T]) -> T | None:
    """The result of `work`; or None when the event comes first, with the work cancelled and unwound.

    What `work` raises comes in an ExceptionGroup.
    """
    async with asyncio.TaskGroup() as group:
        doing, waiting = group.create_task(work), group.create_task(event.wait())
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        doing.cancel()
        waiting.cancel()
    return None if doing.cancelled() else doing.result()
