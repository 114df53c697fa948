"""Retention in a thread of its own, from the start of control to its end."""

from __future__ import annotations

import asyncio
import threading

from claudeflare.retention.retention import Retention
from claudeflare.tasks import TaskKeeper


class RetentionRunner:
    """Runs `retention` between `start` and `close`. A mistake of ours in it is logged and ends nothing else."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._stop = threading.Event()
        self._tasks = TaskKeeper()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Delete what is too old from now on."""
        self._running = self._tasks.start(asyncio.to_thread(self._retention.run, self._stop), "deleting old records")

    async def close(self) -> None:
        """Stop after the transaction that runs."""
        self._stop.set()
        if self._running is not None:
            await asyncio.wait([self._running])
