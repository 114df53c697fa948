"""One child process, kept running: started with a channel, watched, started again when it ends by itself."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol

from claudeflare.gateway.channel import ChannelEnd
from claudeflare.gateway.messages import ChannelMessage, Ready
from claudeflare.supervisor.restarts import Restarts

log = logging.getLogger(__name__)

ORPHAN_SECONDS: Final = 60.0
"""A child that lost its channel drains and exits; one that still lives after this long is killed."""

_TERMINAL_SIGNALS: Final = frozenset({signal.SIGINT, signal.SIGHUP})


class Owner(Protocol):
    """Who keeps a child, and is told of its life."""

    def child_started(self, child: Child) -> None:
        """It has a channel; what is sent now is read first."""

    def child_ready(self, child: Child) -> None:
        """It serves."""

    def child_ended(self, child: Child, how: str) -> None:
        """It ended by itself, and is started again unless `stop` is called now."""


class Child:
    """A command, run again and again until `stop`. The command gets `--channel-fd N` added."""

    def __init__(self, name: str, command: Sequence[str], owner: Owner) -> None:
        self.name = name
        self.ready = False
        self._command = tuple(command)
        self._owner = owner
        self._channel: ChannelEnd | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def reachable(self) -> bool:
        """Whether there is a process that can be sent messages."""
        return self._channel is not None and not self._channel.closed

    def send(self, message: ChannelMessage, fd: int | None = None) -> None:
        """Send to the process that runs now; lost, with its descriptor, when none does. `fd` stays the caller's."""
        if self._channel is not None:
            self._channel.send(message, fd)

    def stop(self) -> None:
        """Ask the process to drain and exit (SIGTERM), and start no other."""
        self._stopping.set()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process now, and start no other."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    async def keep_running(self) -> None:
        """Run the command until `stop`; returns when its last process has ended."""
        restarts = Restarts()
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            started_at = clock()
            how = await self._live()
            self.ready = False
            if self._stopping.is_set():
                log.debug("%s stopped: %s", self.name, how)
                return
            self._owner.child_ended(self, how)
            restart = restarts.ended(clock() - started_at, clock())
            if restart.level is not None and not self._stopping.is_set():
                log.log(restart.level, "%s ended: %s; starting it again in %.1f s", self.name, how, restart.delay)
            await self._pause(restart.delay)

    async def _live(self) -> str:
        """One process from start to end; returns how it ended, in words."""
        with ExitStack() as opened:
            try:
                ours, theirs = (opened.enter_context(end) for end in socket.socketpair())
                with theirs:
                    self._process = await self._spawn(theirs.fileno())
            except OSError as error:
                return f"it could not be started: {error}"
            opened.pop_all()
        self._channel = ChannelEnd(ours, self._received, self._channel_lost)
        try:
            self._owner.child_started(self)
            if self._stopping.is_set():  # `stop` came while the process was being started
                self._signal(signal.SIGTERM)
            return _in_words(await self._process.wait())
        finally:
            self._channel.close()
            self._channel = self._process = None

    async def _spawn(self, channel_fd: int) -> asyncio.subprocess.Process:
        with _terminal_signals_blocked():
            return await asyncio.create_subprocess_exec(
                *self._command, "--channel-fd", str(channel_fd), stdin=subprocess.DEVNULL, pass_fds=(channel_fd,)
            )

    def _signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            # Not `process.send_signal`: it polls first, and could take the exit status from asyncio's own watcher.
            os.kill(process.pid, number)
        except ProcessLookupError:
            return

    def _received(self, message: ChannelMessage, fd: int | None) -> None:
        if fd is not None:
            os.close(fd)
        if isinstance(message, Ready):
            self.ready = True
            self._owner.child_ready(self)
        else:
            log.error("%s sent %s to the supervisor, which expects none", self.name, type(message).__name__)

    def _channel_lost(self) -> None:
        lost = self._process
        self.ready = False

        def kill_orphan() -> None:
            if lost is not None and lost is self._process:
                log.error("%s does not exit although its channel is closed; killing it", self.name)
                self._signal(signal.SIGKILL)

        asyncio.get_running_loop().call_later(ORPHAN_SECONDS, kill_orphan)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    def __repr__(self) -> str:
        state = "ready" if self.ready else "starting" if self._process else "not running"
        return f"<Child {self.name}: {state}>"


@contextmanager
def _terminal_signals_blocked() -> Iterator[None]:
    """What starts in here never sees Ctrl-C or a hang-up, which a terminal sends to every process of the group.

    The supervisor alone answers them, with SIGTERM in the right order. The mask is inherited over exec and so holds
    from the child's first instruction. Starts may overlap: whoever blocked a signal is the one to unblock it.
    """
    blocked = _TERMINAL_SIGNALS - signal.pthread_sigmask(signal.SIG_BLOCK, _TERMINAL_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)


def _in_words(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal
        return f"killed by signal {-status}"
