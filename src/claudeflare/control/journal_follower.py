"""Ingest in a thread of its own: records show up as they are written, and what is left is read at the end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from claudeflare.errors import JournalError, StorageError
from claudeflare.ingest.ingest import Ingest
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)


class JournalFollower:
    """Runs `ingest` between `start` and `close`."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._stop = threading.Event()
        self._tasks = TaskKeeper()
        self._running: asyncio.Task[None] | None = None

    async def catch_up(self) -> None:
        """Read all there is. Raises `StorageError`, and `JournalError` when the journal itself cannot be read."""
        try:
            await asyncio.to_thread(self._ingest.drain)
        except OSError as error:
            raise JournalError(
                f"The journal cannot be read: {error}. Make its directory readable and writable."
            ) from error

    def start(self, on_failure: Callable[[], None]) -> None:
        """Read on from now. `on_failure` is called when that ends by a mistake of ours, once it is logged."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and task.exception() is not None:
                on_failure()

        self._running = self._tasks.start(asyncio.to_thread(self._ingest.run, self._stop), "reading the journal")
        self._running.add_done_callback(ended)

    async def close(self) -> None:
        """Stop, then read what came last. What cannot be stored now stays in the journal for the next start."""
        if self._running is None:
            return
        self._stop.set()
        await asyncio.wait([self._running])
        try:
            await self.catch_up()
        except (StorageError, JournalError) as error:
            log.warning("the last records stay in the journal until the next start: %s", error)
