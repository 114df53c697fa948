"""Ingest in a thread of its own: what gateways write shows up as it is written, and what is left is read at the end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from claudeflare.errors import JournalError, StorageError
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)


class Following(Protocol):
    """What is run: `Ingest`, or `PayloadIngest`."""

    def drain(self) -> int:
        """Take in what there is; how many frames that were. Raises `StorageError` and `OSError`."""
        ...

    def run(self, stop: threading.Event) -> None:
        """Take in what comes until `stop` is set."""
        ...


class JournalFollower:
    """Runs `ingest` between `start` and `close`. One for records, one for payloads: neither waits for the other."""

    def __init__(self, ingest: Following, contents: str = "records") -> None:
        """`contents` is what log lines call the frames."""
        self._ingest = ingest
        self._contents = contents
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

    def start(self, on_failure: Callable[[], None] = lambda: None) -> None:
        """Read on from now. `on_failure` is called when that ends by a mistake of ours, once it is logged."""

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and task.exception() is not None:
                on_failure()

        self._running = self._tasks.start(asyncio.to_thread(self._ingest.run, self._stop), f"reading {self._contents}")
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
            log.warning("the last %s stay in the journal until the next start: %s", self._contents, error)
