"""uvicorn on a socket that is already listening, stopped by its owner instead of by signals."""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 5
"""How long requests may take to end once the server stops."""

KEEP_ALIVE_MARGIN = 30
"""Seconds an idle connection lives on here after the other end gave it up."""


class HttpServer(uvicorn.Server):
    """Calls `on_serving` once connections are accepted. Stop it with `stop()`."""

    def __init__(self, app: ASGIApp, keep_alive_seconds: float, on_serving: Callable[[], None]) -> None:
        """`keep_alive_seconds`: how long gateways keep idle connections.

        They are kept longer here, so that no gateway sends a request on one that is just being closed.
        """
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=math.ceil(keep_alive_seconds) + KEEP_ALIVE_MARGIN,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._on_serving = on_serving

    def stop(self) -> None:
        """Stop accepting and end when running requests have ended."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting."""
        await super().startup(sockets)
        self._on_serving()
