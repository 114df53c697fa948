"""A real terminal that is driven by keys: a tmux server of its own, without anybody's configuration."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from harness.server import eventually

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: nothing drives a terminal")
PATIENCE = 30.0
"""Seconds until the screen must show something; a busy machine may need them."""


class Tmux:
    """One terminal."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def shown(self) -> str:
        """The screen as it is now."""
        return await self._run("capture-pane", "-p")

    async def press(self, *keys: str) -> None:
        """Press keys, by tmux's names: `Enter`, `Escape`, `C-k`."""
        await self._run("send-keys", *keys)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self._run("send-keys", "-l", text)

    async def resize(self, columns: int, lines: int) -> None:
        """Another size."""
        await self._run("resize-window", "-x", str(columns), "-y", str(lines))

    async def until(self, text: str) -> str:
        """Wait until the screen shows a text; the screen."""
        last = ""

        async def there() -> str | None:
            nonlocal last
            last = await self.shown()
            return last if text in last else None

        return await eventually(there, lambda: f"{text!r} on\n{last}", PATIENCE)

    async def until_gone(self, text: str) -> None:
        """Wait until it no longer does."""

        async def gone() -> bool:
            return text not in await self.shown()

        await eventually(gone, f"{text!r} to be gone", PATIENCE)

    async def _run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        return output.decode()


@asynccontextmanager
async def tmux(
    command: Sequence[str], environ: Mapping[str, str], columns: int = 100, lines: int = 30
) -> AsyncIterator[Tmux]:
    """A command in a terminal. What it prints as it ends stays in sight."""
    with tempfile.TemporaryDirectory(prefix="tmux") as directory:
        terminal = Tmux(Path(directory, "socket"))
        # The terminal's size is what tmux says.
        setting = [f"{name}={value}" for name, value in {**environ, "LANG": "C.UTF-8"}.items() if name != "COLUMNS"]
        line = shlex.join(["env", "-i", "TERM=tmux-256color", *setting, *command])
        await terminal._run(
            "new-session", "-d", "-x", str(columns), "-y", str(lines), f"{line}; echo ended with $?; exec cat"
        )
        try:
            yield terminal
        finally:
            await terminal._run("kill-server")
