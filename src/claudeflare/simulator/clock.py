"""The simulator's time: scaled, so that a minute's limit can refill in a second, or moved by hand in tests."""

from __future__ import annotations

import asyncio
import heapq
import math
import time


class Clock:
    """Real time, run `scale` times faster, from the real now on."""

    def __init__(self, scale: float = 1.0) -> None:
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"the clock's scale must be a positive number, not {scale}")
        self.scale = scale
        self._epoch = time.time()
        self._started = time.monotonic()

    def now(self) -> float:
        """Simulated UTC epoch seconds."""
        return self._epoch + (time.monotonic() - self._started) * self.scale

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass; always gives the loop a turn. `math.inf` waits until cancelled."""
        if math.isinf(seconds):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(max(seconds, 0.0) / self.scale)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.now():.3f}>"


class ManualClock(Clock):
    """Time that stands still until `advance`."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        super().__init__()
        self._now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0
        self._somebody_sleeps = asyncio.Event()

    def now(self) -> float:
        """The time it was set to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait for `advance` to pass the moment `seconds` from now."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._order, sleeper))
        self._somebody_sleeps.set()
        await sleeper

    async def until_somebody_sleeps(self) -> None:
        """Return once something waits for this clock: the moment at which `advance` has an effect."""
        while not any(not sleeper.done() for _, _, sleeper in self._sleepers):
            self._somebody_sleeps.clear()
            await self._somebody_sleeps.wait()

    def advance(self, seconds: float) -> None:
        """Move time forward and wake whoever is due."""
        self._now += seconds
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)
