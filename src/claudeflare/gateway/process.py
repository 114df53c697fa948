"""The life of a gateway process: from the supervisor's first message to the last request drained."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
from pathlib import Path

from claudeflare.errors import ClaudeflareError, SettingsError
from claudeflare.gateway.channel import ChannelEnd
from claudeflare.gateway.control_link import ControlLink
from claudeflare.gateway.messages import PROTOCOL, ChannelMessage, GatewayStart, NewLink, Ready
from claudeflare.gateway.payload_writer import open_payloads
from claudeflare.gateway.server import GatewayServer
from claudeflare.journal.writer import JournalWriter
from claudeflare.logs import configure_server_logging
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)


class GatewayProcess:
    """Runs once. SIGTERM and the loss of the supervisor both mean: accept nobody new, drain, exit."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` leads to the supervisor. Needs a running loop."""
        self._channel = ChannelEnd(channel, self._received, self._stop)
        self._stopped = asyncio.Event()
        self._started: asyncio.Future[tuple[GatewayStart, int] | None] = asyncio.get_running_loop().create_future()
        self._server: GatewayServer | None = None
        self._worker = 0
        self._boot_id = secrets.token_hex(8)
        self._early_link: int | None = None
        self._link: ControlLink | None = None
        self._tasks = TaskKeeper()

    async def run(self) -> int:
        """The exit status: 0 after a clean end, 1 with the reason logged."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            # Ctrl-C reaches every process of the group; the supervisor decides the order in which they end.
            signal.signal(ignored, signal.SIG_IGN)
        try:
            if (started := await self._started) is not None:
                await self._serve(*started)
        except ClaudeflareError as error:
            log.error("%s", error)
            return 1
        finally:
            await self._tasks.close()
            self._channel.close()
        return 0

    async def _serve(self, start: GatewayStart, listener: int) -> None:
        listening = socket.socket(fileno=listener)
        settings = start.settings
        configure_server_logging(settings, process=f"gateway {start.worker}")
        if start.protocol != PROTOCOL:
            raise SettingsError("Supervisor and gateway are of different versions; restart the whole server.")
        self._worker = start.worker
        journal = JournalWriter(Path(start.journal_directory), start.worker, self._boot_id)
        payloads = open_payloads(settings, Path(start.journal_directory), start.worker, self._boot_id)
        self._server = GatewayServer(settings, AnthropicProvider(), journal, start.control_socket, payloads)
        self._server.exposed = start.exposed
        if self._early_link is not None:
            self._open_link(self._early_link)
        await self._server.listen(listening)
        self._tasks.start(self._announce(self._server), name="announce")
        await self._stopped.wait()
        await self._server.drain()
        journal.close()
        if payloads is not None:
            await asyncio.to_thread(payloads.close)

    async def _announce(self, server: GatewayServer) -> None:
        # Not when it listens but when it can serve: whoever reads "listening on" may ask /health next.
        await server.control.ready.wait()
        self._channel.send(Ready())

    def _received(self, message: ChannelMessage, descriptor: int | None) -> None:
        match message:
            case GatewayStart() if descriptor is not None and not self._started.done():
                self._started.set_result((message, descriptor))
            case NewLink() if descriptor is not None:
                if self._server is None:
                    if self._early_link is not None:
                        os.close(self._early_link)
                    self._early_link = descriptor
                else:
                    self._open_link(descriptor)
            case _:
                log.error("the supervisor sent %s, which makes no sense here", type(message).__name__)
                if descriptor is not None:
                    os.close(descriptor)

    def _open_link(self, descriptor: int) -> None:
        self._tasks.start(self._follow(descriptor), name="open link to control")

    async def _follow(self, descriptor: int) -> None:
        assert self._server is not None
        previous = self._link
        self._link = await ControlLink.open(self._server, self._worker, self._boot_id, descriptor)
        if previous is not None:
            previous.replace()

    def _stop(self) -> None:
        self._stopped.set()
        if not self._started.done():
            self._started.set_result(None)
