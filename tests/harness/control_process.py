"""The control process under a supervisor played by the test: real process, channel, links and Unix socket."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from claudeflare.gateway.channel import ChannelEnd
from claudeflare.gateway.messages import ChannelMessage, ControlStart, NewLink, Ready
from claudeflare.home import Home
from claudeflare.settings import Settings
from harness.gateway_end import GatewayEnd

PATIENCE = 30.0


@dataclass
class ControlChild:
    """A control process that has been started and told to begin."""

    process: asyncio.subprocess.Process
    channel: ChannelEnd
    home: Home
    socket_path: Path
    said: asyncio.Queue[ChannelMessage]
    links: list[GatewayEnd] = field(default_factory=list)

    async def ready(self) -> None:
        """It serves."""
        assert isinstance(await asyncio.wait_for(self.said.get(), PATIENCE), Ready)

    def link(self, worker: int = 0) -> GatewayEnd:
        """A fresh link, as to a gateway that has just started."""
        theirs, ours = socket.socketpair()
        self.channel.send(NewLink(worker), theirs.fileno())
        theirs.close()
        self.links.append(GatewayEnd(ours))
        return self.links[-1]

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """A caller of its API with the control token. `ready` first."""
        headers = {"authorization": f"Bearer {self.home.control_token.read_text().strip()}"}
        transport = httpx2.AsyncHTTPTransport(uds=str(self.socket_path))
        return httpx2.AsyncClient(base_url="http://localhost:8080", headers=headers, transport=transport, **options)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> tuple[int, str]:
        """Exit status and all it logged."""
        _, logged = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        assert self.process.returncode is not None
        return self.process.returncode, logged.decode()


@asynccontextmanager
async def control_process(directory: Path, **settings: Any) -> AsyncIterator[ControlChild]:
    """Control on the data directory `directory`/home; killed at the end if it still runs."""
    home = Home(directory / "home")
    home.prepare()
    socket_path = directory / "c.sock"
    ours, theirs = socket.socketpair()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "claudeflare.control", "--channel-fd", str(theirs.fileno())),
        pass_fds=[theirs.fileno()],
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    theirs.close()
    said: asyncio.Queue[ChannelMessage] = asyncio.Queue()
    channel = ChannelEnd(ours, lambda message, _descriptor: said.put_nowait(message), lambda: None)
    child = ControlChild(process, channel, home, socket_path, said)
    try:
        start = ControlStart(
            Settings(**{"home": str(home.directory)} | settings),
            str(home.journal),
            str(socket_path),
            sources={"port": "the command line"},
        )
        with socket.socket(socket.AF_UNIX) as listening:
            socket_path.unlink(missing_ok=True)
            listening.bind(str(socket_path))
            listening.listen()
            channel.send(start, listening.fileno())
        yield child
    finally:
        channel.close()
        for link in child.links:
            link.close()
        if process.returncode is None:
            process.kill()
            await process.communicate()
