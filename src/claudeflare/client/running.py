"""Is a server running on this data directory? Answered by its lock; where it listens stands beside it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Any

from claudeflare.errors import Unreachable
from claudeflare.home import Home

PATIENCE = 5.0
"""Seconds to wait for a server that is just starting, or for another command that has the data directory for itself."""
_PAUSE = 0.05


@asynccontextmanager
async def server_or_lock(home: Home, patience: float = PATIENCE) -> AsyncIterator[str | None]:
    """The running server's URL; or None with the data directory's lock held, so that no server starts meanwhile.

    Raises Unreachable when something else has the lock for longer than `patience` seconds.
    """
    home.prepare()
    deadline = time.monotonic() + patience
    with home.lock.open("a") as lock:
        while not _taken(lock):
            # Whoever has the lock is a server once it has written where it listens, which it does when it is ready;
            # until then it may as well be another command, which is done soon.
            if (url := _listening_at(home)) is not None:
                yield url
                return
            if time.monotonic() >= deadline:
                raise Unreachable(
                    f"{home.directory} is in use, but no server has become ready there. "
                    "Try again in a moment, or look at the output of `claudeflare serve`."
                )
            await asyncio.sleep(_PAUSE)
        # A server that was killed leaves this behind; the next to find the lock held must not believe it.
        home.server.unlink(missing_ok=True)
        # Closing the file lets go of the lock.
        yield None


def server_process(home: Home) -> int | None:
    """The pid of the server that runs on this data directory; None when none does."""
    if not home.lock.exists():
        return None
    with home.lock.open("a") as lock:
        return None if _taken(lock) else _announced(home).get("pid")


def wait_for_server(home: Home) -> None:
    """Wait until no server runs there any more. Blocks; Ctrl-C ends it."""
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _listening_at(home: Home) -> str | None:
    url = _announced(home).get("url")
    return None if url is None else str(url)


def _announced(home: Home) -> dict[str, Any]:
    """What the server wrote when it was ready; nothing when that is not there, or makes no sense."""
    try:
        announced = json.loads(home.server.read_text())
    except (OSError, ValueError):
        return {}
    return announced if isinstance(announced, dict) else {}
