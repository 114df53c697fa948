"""A server for the life of one command: started on a free port, drained when the command has ended."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from claudeflare.cli.output import fail
from claudeflare.cli.server_process import ServerProcess


@contextmanager
def passing_server(environ: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server that runs until the end of the block. Raises Unreachable when it does not start."""
    # Ctrl-C is for the client: it must not end the server under it.
    server = ServerProcess(environ, "--port", "0", process_group=0)
    with _signals(signal.SIGTERM, signal.SIGHUP, handler=_exit):
        try:
            yield server.until_ready()
        finally:
            server.stop()


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
