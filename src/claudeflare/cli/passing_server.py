"""A server for the life of one command: started on a free port, drained when the command has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import IO, Final

from claudeflare.cli.output import fail
from claudeflare.errors import Unreachable

COMMAND: Final = (sys.executable, "-P", "-m", "claudeflare.cli", "serve", "--port", "0")
_READY: Final = "listening on "
_LAST_LINES: Final = 20


@contextmanager
def passing_server(environ: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server that runs until the end of the block. Raises Unreachable when it does not start."""
    server = subprocess.Popen(  # noqa: S603  # our own command
        COMMAND,
        env=environ,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Ctrl-C is for the client: it must not end the server under it.
        process_group=0,
    )
    assert server.stdout is not None
    assert server.stderr is not None
    # Its log would run through the client's screen; `claudeflare logs` has it.
    last_lines: deque[str] = deque(maxlen=_LAST_LINES)
    reading = threading.Thread(target=last_lines.extend, args=(server.stderr,), daemon=True)
    reading.start()
    with server, _signals(signal.SIGTERM, signal.SIGHUP, handler=_exit):
        try:
            yield _url(server, server.stdout, reading, last_lines)
        finally:
            server.terminate()
            server.wait()
            reading.join()


def _url(server: subprocess.Popen[str], output: IO[str], reading: threading.Thread, last_lines: deque[str]) -> str:
    line = output.readline()
    if line.startswith(_READY):
        return line.removeprefix(_READY).strip()
    server.wait()
    reading.join()
    raise Unreachable("The server did not start:\n" + "".join(last_lines).strip())


def run_attended(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command in the foreground; its exit status, as shells put it."""
    client: subprocess.Popen[bytes] | None = None

    def from_terminal(_number: int, _frame: FrameType | None) -> None:
        """The client got it from the terminal as well, and decides what it means."""

    def passed_on(number: int, frame: FrameType | None) -> None:
        if client is None:
            _exit(number, frame)
        else:
            client.send_signal(number)

    # From before the client starts: a signal that comes as it does must not end this process and leave it behind.
    with (
        _signals(signal.SIGINT, signal.SIGQUIT, handler=from_terminal),
        _signals(signal.SIGTERM, signal.SIGHUP, handler=passed_on),
    ):
        try:
            client = subprocess.Popen(command, env=environ)  # noqa: S603  # what the user typed
        except OSError as error:
            fail(f"{command[0]} cannot be run: {error.strerror}.")
            return 126
        status = client.wait()
    return status if status >= 0 else 128 - status


def _exit(number: int, _frame: FrameType | None) -> None:
    """By way of every `finally`, so that the server is not left behind."""
    raise SystemExit(128 + number)


@contextmanager
def _signals(*numbers: signal.Signals, handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle these within the block. What is ignored (SIGHUP under nohup) stays so, here and in what is started."""
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
