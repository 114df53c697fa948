"""Idle upstream connections by origin, and the making of new ones."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from claudeflare.gateway.dialing import Dialer
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.tls_sessions import ResumingContext
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.limits import HeadLimits
from claudeflare.tasks import TaskKeeper

Connected = Callable[[UpstreamConnection | None, str], None]
"""Called once: with a connection, or with None and the reason there is none."""

MAX_IDLE_PER_ORIGIN = 1024

MAX_AGE_SECONDS = 600.0
"""A connection this old is closed after its answer instead of kept: names move to other addresses, and servers that are
taken out of service are to be left."""


class UpstreamPool:
    """Last in, first out: the warmest connection serves next, and spare ones age out."""

    def __init__(
        self, dialer: Dialer, tls: ResumingContext, limits: HeadLimits, connect_timeout: float, idle_timeout: float
    ) -> None:
        self._dialer = dialer
        self._tls = tls
        self._limits = limits
        self._connect_timeout = connect_timeout
        self._idle_timeout = idle_timeout
        self._idle: defaultdict[Origin, list[UpstreamConnection]] = defaultdict(list)
        self._tasks = TaskKeeper()

    def take(self, origin: Origin) -> UpstreamConnection | None:
        """An idle connection that can be written to right now, or None."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
            connection.abort()
        return None

    def connect(self, origin: Origin, connected: Connected) -> asyncio.Task[None]:
        """Open a new connection. Cancelling the returned task calls off the attempt and the callback."""
        return self._tasks.start(self._connect(origin, connected), name=f"connect {origin}")

    async def _connect(self, origin: Origin, connected: Connected) -> None:
        try:
            async with asyncio.timeout(self._connect_timeout):
                connection = await self._open(origin)
        except TimeoutError:
            connected(None, f"Could not connect to {origin} within {self._connect_timeout:g} s.")
        except OSError as error:  # ssl.SSLError is one
            connected(None, f"Could not connect to {origin}: {error}.")
        else:
            connected(connection, "")

    async def _open(self, origin: Origin) -> UpstreamConnection:
        loop = asyncio.get_running_loop()

        def make() -> UpstreamConnection:
            return UpstreamConnection(origin, self._limits, self.release)

        if origin.unix_path is not None:
            _, connection = await loop.create_unix_connection(make, origin.unix_path)
            return connection
        sock = await self._dialer.dial(origin)
        if origin.tls:
            transport, connection = await loop.create_connection(
                make, sock=sock, ssl=self._tls, server_hostname=origin.host
            )
        else:
            transport, connection = await loop.create_connection(make, sock=sock)
        if transport.is_closing():
            # uvloop has closed the descriptor, or will. Closed once more by `sock`, the number may be a client's.
            sock.detach()
        return connection

    def release(self, connection: UpstreamConnection) -> None:
        """Keep a connection whose answer is complete for the next request."""
        idle = self._idle[connection.origin]
        now = connection.idle_since = monotonic()
        if len(idle) >= MAX_IDLE_PER_ORIGIN or now - connection.made_at > MAX_AGE_SECONDS:
            connection.abort()
            return
        if connection.new_session is not None:
            self._tls.remember(connection.new_session)
            connection.new_session = None
        idle.append(connection)

    def expire(self, now: float) -> None:
        """Close what has been idle too long or was closed by the other side. `now` is monotonic."""
        for origin, idle in list(self._idle.items()):
            keep = []
            for connection in idle:
                if connection.closed or now - connection.idle_since > self._idle_timeout:
                    connection.abort()
                else:
                    keep.append(connection)
            if keep:
                idle[:] = keep
            else:
                del self._idle[origin]

    async def close(self) -> None:
        """Close every idle connection and call off those being made."""
        for idle in self._idle.values():
            for connection in idle:
                connection.abort()
        self._idle.clear()
        await self._tasks.close()
        await self._dialer.close()

    def __repr__(self) -> str:
        return f"<UpstreamPool idle { ({str(origin): len(idle) for origin, idle in self._idle.items()}) }>"
