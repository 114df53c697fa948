"""Retention in threads of its own, from the start of control to its end."""

from __future__ import annotations

import asyncio
import threading
from typing import Protocol

from claudeflare.tasks import TaskKeeper


class Rounds(Protocol):
    """`retention.retention.Retention`, or its like."""

    def run(self, stop: threading.Event) -> None:
        """Delete what is too old, again and again, until `stop` is set."""


class RetentionRunner:
    """Runs each of `kinds` between `start` and `close`. A mistake of ours in it is logged and ends nothing else."""

    def __init__(self, *kinds: Rounds) -> None:
        self._kinds = kinds
        self._stop = threading.Event()
        self._tasks = TaskKeeper()
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Delete what is too old from now on."""
        self._running = [
            self._tasks.start(asyncio.to_thread(kind.run, self._stop), "deleting what is old") for kind in self._kinds
        ]

    async def close(self) -> None:
        """Stop after the transactions that run."""
        self._stop.set()
        if self._running:
            await asyncio.wait(self._running)
