"""Opening a TCP connection to an upstream: whichever address answers first, through a proxy where one is set."""

from __future__ import annotations

import socket

import aiohappyeyeballs

from claudeflare.gateway.egress import Egress
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.resolver import Resolver
from claudeflare.gateway.tunnel import open_tunnel

NEXT_ADDRESS_SECONDS = 0.25
"""Head start of one address over the next (RFC 8305 §8)."""

KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPALIVE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
"""Probes find out within a minute that a silent peer is gone; a stream may well be silent for minutes. The second name
is macOS's for the first."""

UNACKNOWLEDGED_MS = 30_000
"""What the peer does not acknowledge for so long is lost, and so is the connection (RFC 5482). Linux."""


class Dialer:
    """Knows names and the way out."""

    def __init__(self, egress: Egress, resolver: Resolver) -> None:
        self._egress = egress
        self._resolver = resolver

    async def dial(self, origin: Origin) -> socket.socket:
        """A connected socket to the origin. Raises `OSError`; the caller bounds the time."""
        proxy = self._egress.proxy_for(origin)
        peer = proxy or origin
        addresses = await self._resolver.resolve(peer.host, peer.port)
        try:
            sock = await aiohappyeyeballs.start_connection(
                addresses, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, interleave=1
            )
        except RuntimeError as error:  # uvloop's word for an address family that this machine has not
            raise OSError(str(error)) from error
        except OSError as error:
            if proxy is None:
                raise
            raise OSError(f"{proxy} cannot be reached: {error}") from error
        try:
            tune(sock)
            if proxy is not None:
                await open_tunnel(sock, proxy, origin)
        except BaseException:
            sock.close()
            raise
        return sock

    async def close(self) -> None:
        """Call off what is being resolved."""
        await self._resolver.close()


def tune(sock: socket.socket) -> None:
    """No delay for small writes, and dead peers are noticed."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
    if (option := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None:
        sock.setsockopt(socket.IPPROTO_TCP, option, UNACKNOWLEDGED_MS)
