"""`claudeflare serve` as a process of a command that needs a server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from claudeflare.errors import Unreachable

COMMAND: Final = (sys.executable, "-P", "-m", "claudeflare.cli", "serve")
_READY: Final = "listening on "
_LAST_LINES: Final = 20


class ServerProcess:
    """Started at once. Its log would run through this command's screen: `claudeflare logs` has it."""

    def __init__(self, environ: Mapping[str, str], *options: str, **detached: Any) -> None:
        """`detached`: how it is kept from this terminal's signals, as `Popen` takes it."""
        self._process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603  # our own command
            (*COMMAND, *options),
            env=environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **detached,
        )
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        assert self._process.stderr is not None
        self._reading = threading.Thread(target=self._last_lines.extend, args=(self._process.stderr,), daemon=True)
        self._reading.start()

    def until_ready(self) -> str:
        """Wait until it serves; its URL. Raises Unreachable, with its last words, when it ends instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
        self._process.wait()
        self._reading.join()
        raise Unreachable("The server did not start:\n" + "".join(self._last_lines).strip())

    def stop(self) -> None:
        """Let it end the requests under way, and wait for that."""
        self._process.terminate()
        self._process.wait()
        self._reading.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def __repr__(self) -> str:
        return f"<ServerProcess {self._process.pid}>"
