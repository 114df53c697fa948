"""How control learns where a request comes from: in a field that only a gateway can set."""

from __future__ import annotations

from asyncio import BaseTransport

PEER_FIELD = b"x-claudeflare-peer"
"""On requests to control's private socket. What a client sends under this name is dropped."""

_MAPPED = "::ffff:"
"""Before an IPv4 address, on a socket that takes both (RFC 4291 §2.5.5.2)."""


def peer_address(transport: BaseTransport) -> str:
    """The IP address of the other end; empty when it is gone already."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]).removeprefix(_MAPPED) if isinstance(peer, tuple) else ""
