"""The server under the demo: a real process tree, started, found and stopped."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from claudeflare.errors import ClaudeflareError

STOP_SECONDS = 20.0
"""What draining may take before the server is killed."""
_ANNOUNCED = "listening on "


class DemoServer:
    """A server that runs while its `async with` block does. Raises ClaudeflareError when it does not come up."""

    def __init__(self, upstream_url: str, port: int) -> None:
        self.url = ""
        self.home = Path()
        self._upstream_url = upstream_url
        self._port = port
        self._process: asyncio.subprocess.Process | None = None
        self._log: IO[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process that leads the server's process group."""
        assert self._process is not None
        return self._process.pid

    def let_go(self) -> None:
        """Close the pipe that keeps the server; the kernel does so when the demo is killed."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def __aenter__(self) -> Self:
        # Nameless: it needs no clearing away.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed in __aexit__
        try:
            await self._start(self._log)
        except BaseException:
            await self._stop()
            raise
        return self

    async def _start(self, log: IO[bytes]) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "claudeflare.demo.attached_server"),
            *(str(self._port), self._upstream_url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C in the terminal is for the demo alone, which ends the server after the traffic.
            process_group=0,
        )
        assert self._process.stdout is not None
        if home := (await self._process.stdout.readline()).decode().strip():
            self.home = Path(home)
        line = (await self._process.stdout.readline()).decode().strip()
        if not line.startswith(_ANNOUNCED):
            raise ClaudeflareError(f"The demo's server did not start: {self._last_words()}")
        self.url = line.removeprefix(_ANNOUNCED)

    def _last_words(self) -> str:
        assert self._log is not None
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        """End it, whatever state it is in; nothing of it is left."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.communicate()
            except TimeoutError:
                # Its children see their channel close, and end by themselves.
                self._process.kill()
                await self._process.wait()
        if self.home != Path():
            shutil.rmtree(self.home, ignore_errors=True)
        if self._log is not None:
            self._log.close()

    def __repr__(self) -> str:
        return f"<DemoServer {self.url or 'not running'}>"
