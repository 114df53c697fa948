"""Connections to upstreams: reused when clean, never when out of step."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from claudeflare.gateway.dialing import Dialer
from claudeflare.gateway.egress import Egress
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.resolver import Resolver
from claudeflare.gateway.tls_sessions import client_tls
from claudeflare.gateway.upstream_connection import UpstreamConnection
from claudeflare.gateway.upstream_pool import MAX_AGE_SECONDS, UpstreamPool
from claudeflare.http1.limits import HeadLimits
from gateway.answers import MESSAGE, REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


def dialer() -> Dialer:
    return Dialer(Egress(), Resolver())


async def test_a_connection_the_upstream_closed_while_idle_is_not_used(tmp_path: Path) -> None:
    async def once(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(MESSAGE)

    async with scripted_upstream(once) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        for _ in range(5):
            await client.request(body=REQUEST)
            assert (await client.response())[0] == 200
        client.close()
        assert all(len(record.attempts) == 1 for record in gateway.records())


@pytest.mark.parametrize("extra", [b"x", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother"])
async def test_bytes_beyond_an_answer_reach_nobody(tmp_path: Path, extra: bytes) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst" + extra)
        assert await peer.gone()

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        for _ in range(3):
            await client.request(body=REQUEST)
            assert (await client.response())[2] == b"first"
        client.close()
        assert upstream.connections == 3


async def test_an_answer_that_says_close_is_the_last(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(MESSAGE, b"200 OK", b"connection: close")
        assert await peer.gone()

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        for _ in range(2):
            await client.request(body=REQUEST)
            status, fields, _ = await client.response()
            assert status == 200
            assert "connection" not in fields
        client.close()
        assert upstream.connections == 2


BROKEN = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "length and chunked": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    "protocol switch": b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000,
}


@pytest.mark.parametrize("wire", BROKEN.values(), ids=BROKEN)
async def test_a_malformed_answer_becomes_a_502(tmp_path: Path, wire: bytes) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(wire)
        await peer.gone()

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, _, _ = await client.response()
        client.close()
        assert status == 502
        assert (await gateway.record()).attempts[0].outcome == "answer_lost"


async def test_a_malformed_chunk_breaks_the_answer_off(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")
        await peer.gone()

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await client.head()
        assert await client.rest() == b"3\r\nabc\r\n"
        client.close()
        assert (await gateway.record()).terminal_state == "truncated"


async def test_idle_connections_age_out() -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer())) as upstream:
        port = int(upstream.url.rsplit(":", 1)[1])
        origin = Origin("127.0.0.1", port, False)
        pool = UpstreamPool(dialer(), client_tls(""), HeadLimits(), 5, 100)
        made: asyncio.Future[UpstreamConnection] = asyncio.get_running_loop().create_future()
        pool.connect(origin, lambda connection, problem: made.set_result(connection))  # type: ignore[arg-type]
        connection = await made
        pool.release(connection)
        now = asyncio.get_running_loop().time()
        pool.expire(now + 99)
        assert pool.take(origin) is connection
        pool.release(connection)
        pool.expire(now + 200)
        assert pool.take(origin) is None
        assert connection.closed
        assert repr(connection).endswith("closed>")
        await pool.close()


async def test_an_old_connection_is_not_kept() -> None:
    """Names move: whoever reuses a connection for ever never learns."""
    async with scripted_upstream(repeat(lambda peer: peer.answer())) as upstream:
        origin = Origin("127.0.0.1", int(upstream.url.rsplit(":", 1)[1]), False)
        pool = UpstreamPool(dialer(), client_tls(""), HeadLimits(), 5, 100)
        made: asyncio.Future[UpstreamConnection] = asyncio.get_running_loop().create_future()
        pool.connect(origin, lambda connection, problem: made.set_result(connection))  # type: ignore[arg-type]
        connection = await made
        connection.made_at -= MAX_AGE_SECONDS + 1
        pool.release(connection)
        assert connection.closed
        assert pool.take(origin) is None
        await pool.close()


async def test_a_connect_that_takes_too_long_is_given_up() -> None:
    pool = UpstreamPool(dialer(), client_tls(""), HeadLimits(), 0.01, 100)
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def silent(peer: UpstreamPeer) -> None:
        await peer.gone()

    async with scripted_upstream(silent) as upstream:
        port = int(upstream.url.rsplit(":", 1)[1])
        # A TLS handshake that nobody answers.
        pool.connect(Origin("127.0.0.1", port, True), lambda connection, problem: told.set_result(problem))
        assert "within 0.01 s" in await told
        await pool.close()


async def test_a_name_that_does_not_exist() -> None:
    pool = UpstreamPool(dialer(), client_tls(""), HeadLimits(), 5, 100)
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    pool.connect(Origin("nobody.invalid", 80, False), lambda connection, problem: told.set_result(problem))
    assert "Could not connect to http://nobody.invalid" in await told
    await pool.close()
