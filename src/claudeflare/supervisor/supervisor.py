"""The life of a server: start control and the gateways, link the two planes, announce, restart, drain."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from claudeflare.gateway.messages import ControlStart, GatewayStart, NewLink
from claudeflare.settings import SECRETS
from claudeflare.settings_sources import LoadedSettings
from claudeflare.supervisor.children import Child
from claudeflare.supervisor.sockets import close_all
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

GATEWAY_GRACE: Final = 5.0
"""Seconds beyond the drain timeout that a gateway gets to exit."""
CONTROL_GRACE: Final = 40.0
"""Seconds control gets to take in the rest of the journal, and to end renewals of tokens: an endpoint may take half a
minute to answer. What it leaves of the journal is taken in at the next start."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What is run for each plane. `-P`: a module in the current directory must not replace one of ours."""

    gateway: tuple[str, ...] = (sys.executable, "-P", "-m", "claudeflare.gateway")
    control: tuple[str, ...] = (sys.executable, "-P", "-m", "claudeflare.control")


@dataclass(frozen=True, slots=True)
class Sockets:
    """What the children listen on, held open over their restarts."""

    public: Sequence[socket.socket]
    """One for each worker, or one for all."""
    control: socket.socket
    control_path: Path
    exposed: bool = False
    """Other machines can reach the public ones."""


class Supervisor:
    """Keeps one control and as many gateways as there are workers running until a signal, and is their `Owner`."""

    def __init__(
        self, loaded: LoadedSettings, sockets: Sockets, journal: Path, commands: Commands, announce: Callable[[], None]
    ) -> None:
        self._settings = loaded.settings
        self._sources = loaded.sources
        self._sockets = sockets
        self._journal = journal
        self._announce = announce
        self._announced = False
        self._failed = False
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._tasks = TaskKeeper()
        self._control = Child("control", commands.control, self)
        self._gateways = [Child(f"gateway {n}", commands.gateway, self) for n in range(self._settings.workers)]
        self._lives: dict[Child, asyncio.Task[None]] = {}

    async def run(self) -> int:
        """Serve until told to stop, then drain. Returns 0 after a clean drain, 1 after a failure or a second signal."""
        with self._signals_handled():
            try:
                for child in (self._control, *self._gateways):
                    self._lives[child] = self._tasks.start(child.keep_running(), child.name)
                stopped = self._tasks.start(self._stop.wait(), "stop")
                # A life ends before `stop` only by an error of ours, which TaskKeeper has logged.
                done, _ = await asyncio.wait({stopped, *self._lives.values()}, return_when=asyncio.FIRST_COMPLETED)
                self._failed = self._failed or stopped not in done
                clean = await self._drain()
            finally:
                await self._tasks.close()
        return 0 if clean and not self._failed else 1

    def child_started(self, child: Child) -> None:
        """Tell it what to serve, and link it to the other plane."""
        if child is self._control:
            child.send(self._control_start(), self._sockets.control.fileno())
            for worker in range(len(self._gateways)):
                self._link(worker)
        elif not self._stop.is_set():  # else the public sockets are closed, and SIGTERM is on its way
            worker = self._gateways.index(child)
            child.send(self._gateway_start(worker), self._sockets.public[worker % len(self._sockets.public)].fileno())
            self._link(worker)

    def child_ready(self, child: Child) -> None:
        """Announce the server once, when all of it serves."""
        log.debug("%s is ready", child.name)
        if not self._announced and self._control.ready and all(gateway.ready for gateway in self._gateways):
            self._announced = True
            self._announce()

    def child_ended(self, child: Child, how: str) -> None:
        """A server that never came up is not tried again: what is wrong is for the owner to mend."""
        if not self._announced and not self._stop.is_set():
            log.error("%s ended before the server was ready: %s", child.name, how)
            self._failed = True
            self._stop.set()
            child.stop()

    def _control_start(self) -> ControlStart:
        path = str(self._sockets.control_path)
        # Once it serves, a key that is revoked must not end the server: then gateways refuse everybody.
        needs_client_key = self._sockets.exposed and not self._announced
        return ControlStart(
            self._settings, str(self._journal), path, sources=self._sources, needs_client_key=needs_client_key
        )

    def _gateway_start(self, worker: int) -> GatewayStart:
        settings = msgspec.structs.replace(self._settings, **dict.fromkeys(SECRETS - {"https_proxy"}, ""))
        journal, control_path = str(self._journal), str(self._sockets.control_path)
        return GatewayStart(settings, worker, journal, control_path, exposed=self._sockets.exposed)

    def _link(self, worker: int) -> None:
        """Give a gateway and control the two ends of a fresh link, if both are there; it replaces an older one."""
        gateway = self._gateways[worker]
        if not (gateway.reachable and self._control.reachable):
            return
        try:
            gateway_end, control_end = socket.socketpair()
        except OSError as error:
            log.error("gateway %d cannot be linked to control: %s; raise the limit of open files", worker, error)
            return
        with gateway_end, control_end:
            gateway.send(NewLink(worker), gateway_end.fileno())
            self._control.send(NewLink(worker), control_end.fileno())

    async def _drain(self) -> bool:
        """Gateways first; then control, which takes in what they wrote last. Returns whether nobody had to be killed.

        New clients are refused from the start: nobody would take them from the backlog.
        """
        close_all(self._sockets.public)
        for gateway in self._gateways:
            gateway.stop()
        clean = await self._ended(self._gateways, self._settings.drain_timeout + GATEWAY_GRACE)
        self._control.stop()
        return await self._ended([self._control], CONTROL_GRACE) and clean

    async def _ended(self, children: Sequence[Child], seconds: float) -> bool:
        """Wait for children to end; kill them when the time is over, or at once after a second signal."""
        ended = asyncio.gather(*(self._lives[child] for child in children), return_exceptions=True)
        hurry = self._tasks.start(self._hurry.wait(), "hurry")
        await asyncio.wait({ended, hurry}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            return True
        for child in children:
            child.kill()
        log.error("%s did not end in time and had to be killed", " and ".join(child.name for child in children))
        await ended
        return False

    def _signalled(self, name: str) -> None:
        if self._stop.is_set():
            log.warning("%s again: stopping at once", name)
            self._hurry.set()
        else:
            log.info("%s: running requests may end; once more to stop at once", name)
            self._stop.set()

    @contextmanager
    def _signals_handled(self) -> Iterator[None]:
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            numbers.append(signal.SIGHUP)
        loop = asyncio.get_running_loop()
        for number in numbers:
            loop.add_signal_handler(number, self._signalled, number.name)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def __repr__(self) -> str:
        return f"<Supervisor {[self._control, *self._gateways]}>"
