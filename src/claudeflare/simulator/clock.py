"""The simulator's time: it runs faster than the real one, stands still, or is moved by hand."""

from __future__ import annotations

import asyncio
import heapq
import math
import time


class Clock:
    """Time that runs `scale` times as fast as the real one, from the real now on or from `start`.

    With a scale of 0 it stands still until `advance`.
    """

    def __init__(self, scale: float = 1.0, start: float | None = None) -> None:
        self._scale = _checked(scale)
        self._epoch = time.time() if start is None else start
        self._since = time.monotonic()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._somebody_sleeps = asyncio.Event()

    @property
    def scale(self) -> float:
        """Simulated seconds per real second."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        _checked(scale)
        self._epoch, self._since = self.now(), time.monotonic()
        self._scale = scale
        self._wake()

    def now(self) -> float:
        """Simulated UTC epoch seconds."""
        if not self._scale:
            return self._epoch
        return self._epoch + (time.monotonic() - self._since) * self._scale

    def advance(self, seconds: float) -> None:
        """Move time forward and wake whoever is due."""
        self._epoch += seconds
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass; always gives the loop a turn. `math.inf` waits until cancelled."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if math.isfinite(seconds):
            self._order += 1
            heapq.heappush(self._sleepers, (self.now() + seconds, self._order, sleeper))
            self._somebody_sleeps.set()
            if self._sleepers[0][2] is sleeper:
                self._wake()
        await sleeper

    async def until_somebody_sleeps(self) -> None:
        """Return once something waits for this clock: the moment at which `advance` has an effect."""
        while not any(not sleeper.done() for _, _, sleeper in self._sleepers):
            self._somebody_sleeps.clear()
            await self._somebody_sleeps.wait()

    def _wake(self) -> None:
        """Wake those who are due, and be called again when the next one is."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        now = self.now()
        while self._sleepers and (self._sleepers[0][0] <= now or self._sleepers[0][2].done()):
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)
        if self._sleepers and self._scale:
            due, _, sleeper = self._sleepers[0]
            # A timer may come a little early: at least a millisecond, so that it does not come often for nothing.
            self._alarm = sleeper.get_loop().call_later(max((due - now) / self._scale, 0.001), self._wake)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.now():.3f}>"


class ManualClock(Clock):
    """Time that stands still until `advance`, from a fixed moment on."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        super().__init__(scale=0.0, start=now)


def _checked(scale: float) -> float:
    if not (scale >= 0 and math.isfinite(scale)):
        raise ValueError(f"the clock's scale must be 0 or a positive number, not {scale}")
    return scale
