"""Virtual time: things happen in the order of their times, and nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

Action = Callable[[], None]


class Timer:
    """One thing that is to happen, unless it is cancelled."""

    __slots__ = ("action",)

    def __init__(self, action: Action) -> None:
        self.action: Action | None = action

    def cancel(self) -> None:
        """It will not happen (idempotent)."""
        self.action = None


class Clock:
    """UTC epoch seconds that pass only from one event to the next."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._events: list[tuple[float, int, Timer]] = []
        self._number = 0

    def at(self, when: float, action: Action) -> Timer:
        """Do it then, or now if that is past; of equal times, in the order of asking."""
        timer = Timer(action)
        self._number += 1
        heappush(self._events, (max(when, self.now), self._number, timer))
        return timer

    def after(self, seconds: float, action: Action) -> Timer:
        """Do it so much later."""
        return self.at(self.now + seconds, action)

    def run(self, events: int) -> bool:
        """Let so many things happen; whether there are more to come."""
        for _ in range(events):
            if not self._events:
                return False
            when, _, timer = heappop(self._events)
            if timer.action is not None:
                self.now = when
                timer.action()
        return bool(self._events)

    def __repr__(self) -> str:
        return f"<Clock at {self.now:.3f}, {len(self._events)} to come>"
