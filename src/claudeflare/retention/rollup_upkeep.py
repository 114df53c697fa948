"""Keeps rollups short: folds minutes that are over, drops old ones, counts what is not counted yet. In small steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from claudeflare.retention.rounds import PAUSE_SECONDS, run_rounds

INTERVAL_SECONDS: Final = 60.0
"""From one round to the next."""


class Rollups(Protocol):
    """What this needs of the database; `storage.rollups.RollupStore` is the real one. Each raises `StorageError`."""

    def fold(self, now: float) -> bool:
        """Fold some minutes that are over; whether there are more."""
        ...

    def expire(self) -> bool:
        """Drop some old minutes; whether there may be more."""
        ...

    def recount(self) -> bool:
        """Count some records; whether there may be more."""
        ...


class RollupUpkeep:
    """Every step is a transaction of some milliseconds, with a pause behind it."""

    def __init__(self, rollups: Rollups, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives UTC epoch seconds."""
        self._rollups = rollups
        self._clock = clock

    def run_once(self, stop: threading.Event) -> int:
        """All there is to do by now, or as much as was possible until `stop`; how many steps had more to follow.

        Raises `StorageError`; what is done by then stays so.
        """
        now = self._clock()
        # Folding first: what is counted later finds its minutes folded, and goes straight into longer stretches.
        steps = (lambda: self._rollups.fold(now), self._rollups.expire, self._rollups.recount)
        return sum(self._repeat(step, stop) for step in steps)

    def run(self, stop: threading.Event) -> None:
        """Now and every minute until `stop` is set. What fails is tried again in the next."""
        run_rounds(self.run_once, "figures by the minute", INTERVAL_SECONDS, stop, "summed up")

    def _repeat(self, step: Callable[[], bool], stop: threading.Event) -> int:
        steps = 0
        while not stop.is_set() and step():
            steps += 1
            stop.wait(PAUSE_SECONDS)
        return steps

    def __repr__(self) -> str:
        return f"<RollupUpkeep of {self._rollups!r}>"
