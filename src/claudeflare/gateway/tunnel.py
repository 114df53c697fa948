"""Asking an HTTP proxy for a tunnel (CONNECT, RFC 9110 §9.3.6)."""

from __future__ import annotations

import asyncio
import re
import socket

from claudeflare.gateway.egress import Proxy
from claudeflare.gateway.origin import Origin

ANSWER_LIMIT = 16_384
"""Bytes of the proxy's head."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")


class TunnelRefused(ConnectionError):
    """The proxy is there and says no, or makes no sense."""


async def open_tunnel(sock: socket.socket, proxy: Proxy, origin: Origin) -> None:
    """Have the proxy at the other end of a connected socket join it to the origin. Raises `OSError`.

    A tunnel carries nothing before the client speaks (TLS), so whatever follows the proxy's head is an error.
    """
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    lines = [f"CONNECT {host}:{origin.port} HTTP/1.1", f"Host: {host}:{origin.port}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, "\r\n".join([*lines, "", ""]).encode("ascii"))
    answer = bytearray()
    while b"\r\n\r\n" not in answer:
        data = await loop.sock_recv(sock, 4096)
        if not data:
            raise TunnelRefused(f"{proxy} closed the connection instead of opening a tunnel")
        answer += data
        if len(answer) > ANSWER_LIMIT:
            raise TunnelRefused(f"{proxy} answered with more than {ANSWER_LIMIT} bytes")
    status = _STATUS_LINE.match(answer)
    if status is None:
        raise TunnelRefused(f"{proxy} does not answer in HTTP")
    if not status[1].startswith(b"2"):
        raise TunnelRefused(f"{proxy} refused a tunnel: {_explained(status)}")
    if not answer.endswith(b"\r\n\r\n"):
        raise TunnelRefused(f"{proxy} sent bytes into the tunnel before it was used")


def _explained(status: re.Match[bytes]) -> str:
    reason = (status[2] or b"")[:100].decode("ascii", "replace").strip()
    words = f"{int(status[1])} {reason}".strip()
    if status[1] == b"407":
        return f"{words} (put user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT)"
    return words
