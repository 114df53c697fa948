"""Runs a simulated API on a port: in the loop of a test or the demo, or as a command of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.server import ServerState

from claudeflare.errors import AlreadyRunning
from claudeflare.simulator.app import create_app
from claudeflare.simulator.connection import ExposedProtocol
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.world import World, make_world

KEEP_ALIVE_SECONDS = 75


class SimulatorServer:
    """Serves a world while its `async with` block runs; leaving it drops all connections at once."""

    def __init__(self, world: World, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self.host = host
        self.port = port
        """The port asked for; once running, the one in use."""
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens, fit for ANTHROPIC_BASE_URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def __aenter__(self) -> Self:
        config = uvicorn.Config(
            create_app(self.world),
            http=ExposedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        # uvicorn's own Server polls its flags and handles signals; in somebody else's loop its protocol is enough.
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: ExposedProtocol(config, self._state, {}), self.host, self.port, backlog=2048
            )
        except OSError as error:
            raise AlreadyRunning(
                f"Cannot listen on {self.host}:{self.port}: {error.strerror}. Choose another port."
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        # Each running request sees its connection go and ends.
        if tasks := set(self._state.tasks):
            await asyncio.wait(tasks)
        await self._server.wait_closed()

    def __repr__(self) -> str:
        return f"<SimulatorServer {self.url} {self.world!r}>"


def run(
    options: SimulatorOptions,
    announce: Callable[[str], None] | None = None,
    on_request: Callable[[SeenRequest], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets the URL when ready (None: a line on standard output).

    `on_request` is told of every request that is over. Raises InvalidInput for bad options and AlreadyRunning when the
    port is taken.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(options, announce or _announce, on_request))


async def _serve(
    options: SimulatorOptions, announce: Callable[[str], None], on_request: Callable[[SeenRequest], None] | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    world = make_world(options)
    world.seen.on_end = on_request
    async with SimulatorServer(world, host=options.host, port=options.port) as server:
        announce(server.url)
        await stop.wait()


def _announce(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
