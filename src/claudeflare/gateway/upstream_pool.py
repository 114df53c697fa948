"""Idle upstream connections by origin, and the making of new ones."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from claudeflare.errors import SettingsError
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.http1.limits import HeadLimits
from claudeflare.tasks import TaskKeeper

Connected = Callable[[UpstreamConnection | None, str], None]
"""Called once: with a connection, or with None and the reason there is none."""

MAX_IDLE_PER_ORIGIN = 1024


class UpstreamPool:
    """Last in, first out: the warmest connection serves next, and spare ones age out."""

    def __init__(self, tls: ssl.SSLContext, limits: HeadLimits, connect_timeout: float, idle_timeout: float) -> None:
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
        except (OSError, ssl.SSLError) as error:
            connected(None, f"Could not connect to {origin}: {error}.")
        else:
            connected(connection, "")

    async def _open(self, origin: Origin) -> UpstreamConnection:
        loop = asyncio.get_running_loop()

        def make() -> UpstreamConnection:
            return UpstreamConnection(origin, self._limits, self.release)

        if origin.unix_path is not None:
            _, connection = await loop.create_unix_connection(make, origin.unix_path)
        elif origin.tls:
            _, connection = await loop.create_connection(
                make, origin.host, origin.port, ssl=self._tls, server_hostname=origin.host
            )
        else:
            _, connection = await loop.create_connection(make, origin.host, origin.port)
        return connection

    def release(self, connection: UpstreamConnection) -> None:
        """Keep a connection whose answer is complete for the next request."""
        idle = self._idle[connection.origin]
        if len(idle) >= MAX_IDLE_PER_ORIGIN:
            connection.abort()
            return
        connection.idle_since = monotonic()
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

    def __repr__(self) -> str:
        return f"<UpstreamPool idle { ({str(origin): len(idle) for origin, idle in self._idle.items()}) }>"


def client_tls(certificate_file: str) -> ssl.SSLContext:
    """TLS to upstreams: verified against the given authorities or the system's, HTTP/1.1 by ALPN.

    Raises `SettingsError` when the file of authorities cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=certificate_file or None)
    except OSError as error:
        raise SettingsError(
            f"SSL_CERT_FILE is {certificate_file!r}, which cannot be read as certificates in PEM: {error}."
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context
