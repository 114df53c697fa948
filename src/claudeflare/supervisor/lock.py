"""One server per data directory: an flock on the home's lock file, which the kernel releases however a process ends."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from typing import Final

from claudeflare.errors import AlreadyRunning, SettingsError
from claudeflare.home import Home
from claudeflare.supervisor.announcement import read_announcement

POLL_SECONDS: Final = 0.05
"""flock cannot wait for a limited time, so it is tried again this often."""


class HomeLock:
    """Holds the lock until closed. The descriptor is not inherited, so that no orphan can go on holding it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def close(self) -> None:
        """Release the lock. The file stays: removing it would let two servers lock two files of the same name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __repr__(self) -> str:
        return f"<HomeLock {'released' if self._descriptor is None else 'held'}>"


async def lock_home(home: Home, wait: float) -> HomeLock:
    """Take the lock, waiting up to `wait` seconds for another server to end. Raises `AlreadyRunning`."""
    try:
        descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"the data directory {home.directory} cannot be used: {error.strerror}") from error
    clock = asyncio.get_running_loop().time
    deadline = clock() + wait
    try:
        while not _try_lock(descriptor, home):
            if clock() >= deadline:
                raise AlreadyRunning(_held(home))
            await asyncio.sleep(POLL_SECONDS)
    except BaseException:
        os.close(descriptor)
        raise
    return HomeLock(descriptor)


def _try_lock(descriptor: int, home: Home) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOLCK, errno.ENOTSUP):
            raise SettingsError(
                f"{home.directory} is on a file system without locks; set CLAUDEFLARE_HOME to a local directory"
            ) from error
        raise
    return True


def _held(home: Home) -> str:
    other = read_announcement(home.server)
    if other is None:
        return (
            f"{home.directory} is in use by a command, or by a server that is starting or stopping; "
            "try again in a moment, or set CLAUDEFLARE_HOME to run a second one"
        )
    return (
        f"a server already runs on {home.directory}: {other.url} (process {other.pid}); "
        f"stop it with `kill {other.pid}`, or set CLAUDEFLARE_HOME to run a second one"
    )
