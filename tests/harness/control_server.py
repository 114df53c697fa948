"""The control plane for clients: in this process, and on a real socket as a server has it. At a fixed time."""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from claudeflare.control.composition import Control, open_control
from claudeflare.control.http_server import HttpServer
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.tasks import TaskKeeper
from harness.data_directory import NOW


@asynccontextmanager
async def control_here(settings: Settings) -> AsyncIterator[Control]:
    """Control in this process, at the fixed time."""
    async with open_control(settings, Home(settings.home).journal, clock=lambda: NOW) as control:
        yield control


@asynccontextmanager
async def running_server(home: Home, settings: Settings) -> AsyncIterator[str]:
    """What `claudeflare serve` is to a client: the lock, the announcement and the API on a port. Gives its URL."""
    tasks = TaskKeeper()
    with home.lock.open("a") as lock, socket.create_server(("127.0.0.1", 0)) as listener:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with control_here(settings) as control:
            server = HttpServer(control.app, settings.keep_alive_timeout, on_serving=lambda: None)
            serving = tasks.start(server.serve([listener]), "serve")
            home.server.write_text(json.dumps({"pid": 1, "url": url}))
            try:
                yield url
            finally:
                server.stop()
                await serving
