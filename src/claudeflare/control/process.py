"""The life of the control process: from the supervisor's first message to a journal read to its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from pathlib import Path

from claudeflare.control.composition import open_control
from claudeflare.control.exposure import refuse_without_client_key
from claudeflare.control.gateways import Gateways
from claudeflare.control.http_server import HttpServer
from claudeflare.errors import ClaudeflareError, SettingsError
from claudeflare.gateway.channel import ChannelEnd
from claudeflare.gateway.messages import PROTOCOL, ChannelMessage, ControlStart, NewLink, Ready
from claudeflare.live.live import Live
from claudeflare.logs import configure_server_logging

log = logging.getLogger(__name__)


class ControlProcess:
    """Runs once. SIGTERM and the loss of the supervisor both mean: answer what runs, read the journal, exit."""

    def __init__(self, channel: socket.socket) -> None:
        """`channel` leads to the supervisor. Needs a running loop."""
        self._channel = ChannelEnd(channel, self._received, self._stop)
        self._started: asyncio.Future[tuple[ControlStart, int] | None] = asyncio.get_running_loop().create_future()
        """What the supervisor said first, with the listening socket's descriptor; None when stopped before."""
        self._early_links: list[tuple[int, int]] = []
        """Worker and descriptor of links that came before control was open."""
        self._gateways: Gateways | None = None
        self._live: Live | None = None
        self._server: HttpServer | None = None
        self._stopping = False
        self._failed = False

    async def run(self) -> int:
        """The exit status: 0 after a clean end, 1 with the reason logged."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            # Ctrl-C reaches every process of the group; the supervisor ends control last, after the gateways.
            signal.signal(ignored, signal.SIG_IGN)
        try:
            if (started := await self._started) is not None:
                await self._serve(*started)
        except ClaudeflareError as error:
            log.error("%s", error)
            self._failed = True
        finally:
            self._channel.close()
            for _, descriptor in self._early_links:
                os.close(descriptor)
        return 1 if self._failed else 0

    async def _serve(self, start: ControlStart, listener: int) -> None:
        with socket.socket(fileno=listener) as listening:
            settings = start.settings
            configure_server_logging(settings, process="control")
            if start.protocol != PROTOCOL:
                raise SettingsError("Supervisor and control are of different versions; restart the whole server.")
            async with open_control(settings, Path(start.journal_directory), sources=start.sources) as control:
                if start.needs_client_key:
                    refuse_without_client_key(control.snapshot(), start)
                control.journal.start(self._journal_lost)
                control.payload_journal.start()
                control.retention.start()
                control.refresh.start()
                control.limits.start()
                control.budgets.start()
                self._gateways = control.gateways
                while self._early_links:
                    self._gateways.add_link(*self._early_links.pop(0))
                self._live = control.live
                self._server = HttpServer(control.app, settings.keep_alive_timeout, self._serving)
                if not self._stopping:
                    await self._server.serve([listening])

    def _serving(self) -> None:
        assert self._gateways is not None
        self._gateways.serving()
        self._channel.send(Ready())

    def _received(self, message: ChannelMessage, descriptor: int | None) -> None:
        match message:
            case ControlStart() if descriptor is not None and not self._started.done():
                self._started.set_result((message, descriptor))
            case NewLink() if descriptor is not None:
                if self._gateways is None:
                    self._early_links.append((message.worker, descriptor))
                else:
                    self._gateways.add_link(message.worker, descriptor)
            case _:
                log.error("the supervisor sent what control does not expect: %s", type(message).__name__)
                if descriptor is not None:
                    os.close(descriptor)

    def _journal_lost(self) -> None:
        """Reading the journal ended by a mistake of ours: a fresh process reads on from where this one stood."""
        self._failed = True
        self._stop()

    def _stop(self) -> None:
        self._stopping = True
        if not self._started.done():
            self._started.set_result(None)
        if self._live is not None:
            self._live.end_streams()  # else the server would wait for answers that never end
        if self._server is not None:
            self._server.stop()
