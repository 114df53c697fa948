"""A command in a terminal of its own, and the person who sits at it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

PATIENCE = 30.0
"""Seconds for the next word of a command; a busy machine may need them."""
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """What has been printed so far, and a keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor
        self._raw = b""
        self._changed = asyncio.Event()
        self._mark = 0

    @property
    def shown(self) -> str:
        """All of it, without colours."""
        return _CONTROLS.sub("", self._raw.decode())

    async def until(self, text: str) -> str:
        """Wait for a text that was not waited for before; what was shown since the last one, it included."""
        async with asyncio.timeout(PATIENCE):
            while (found := self.shown.find(text, self._mark)) < 0:
                assert self._process.returncode is None, f"no {text!r} in {self.shown}"
                self._changed.clear()
                await self._changed.wait()
        before, self._mark = self._mark, found + len(text)
        return self.shown[before : self._mark]

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._descriptor, text.encode())

    async def ended(self) -> int:
        """The exit status."""
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, 65_536)
        except OSError:  # Linux says so when the other end is closed
            data = b""
        self._raw += data
        self._changed.set()
        if not data:
            asyncio.get_running_loop().remove_reader(self._descriptor)


@asynccontextmanager
async def terminal(*command: str, environ: Mapping[str, str]) -> AsyncIterator[Terminal]:
    """Run a command in one; it is ended with the block."""
    ours, theirs = pty.openpty()
    loop = asyncio.get_running_loop()
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            start_new_session=True,
            # Only the terminal that controls the session turns Ctrl-C into a signal.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
    finally:
        os.close(theirs)
    shown = Terminal(process, ours)
    loop.add_reader(ours, shown._read)
    try:
        yield shown
    except BaseException:
        print(shown.shown)
        raise
    finally:
        loop.remove_reader(ours)
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(ours)
