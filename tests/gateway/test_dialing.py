"""Connections are made to whichever address answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from claudeflare.gateway.dialing import Dialer
from claudeflare.gateway.egress import Egress
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.resolver import Address, Resolver

HAS_IPV6 = socket.has_ipv6


@contextlib.asynccontextmanager
async def listening(host: str) -> AsyncIterator[int]:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def dialer(*addresses: tuple[str, int]) -> Dialer:
    """One for whom every name has these addresses."""

    async def lookup(host: str, port: int) -> Sequence[Address]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, to, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, to))
            for address, to in addresses
        ]

    return Dialer(Egress(), Resolver(lookup))


async def test_a_dead_address_does_not_hide_a_live_one() -> None:
    async with listening("127.0.0.1") as port:
        dials = dialer(("::1", closed_port()), ("127.0.0.1", closed_port()), ("127.0.0.1", port))
        with await dials.dial(Origin("api.test", 443, True)) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)


async def test_an_address_that_does_not_answer_gets_a_short_head_start_only() -> None:
    """RFC 8305: the next is tried while the first still says nothing."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        silent = full.getsockname()[1]
        with contextlib.ExitStack() as fillers:
            # Fill the backlog: a further connection is neither taken nor refused.
            for _ in range(3):
                filler = fillers.enter_context(socket.socket())
                filler.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    filler.connect(("127.0.0.1", silent))
            async with listening("127.0.0.1") as port, asyncio.timeout(5):
                dials = dialer(("127.0.0.1", silent), ("127.0.0.1", port))
                with await dials.dial(Origin("api.test", 443, True)) as sock:
                    assert sock.getpeername()[1] == port


async def test_no_address_answers() -> None:
    with pytest.raises(OSError, match=r"(?i)connect|refused"):
        await dialer(("127.0.0.1", closed_port()), ("127.0.0.1", closed_port())).dial(Origin("api.test", 80, False))


@pytest.mark.skipif(not HAS_IPV6, reason="this Python has no IPv6")
async def test_ipv6_literals() -> None:
    try:
        async with listening("::1") as port:
            with await Dialer(Egress(), Resolver()).dial(Origin("::1", port, False)) as sock:
                assert sock.getpeername()[:2] == ("::1", port)
    except OSError as error:
        if error.errno is not None and "assign" in str(error):
            pytest.skip("this machine has no ::1")
        raise


async def test_connections_notice_dead_peers_and_do_not_delay() -> None:
    async with listening("127.0.0.1") as port:
        with await Dialer(Egress(), Resolver()).dial(Origin("127.0.0.1", port, False)) as sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
