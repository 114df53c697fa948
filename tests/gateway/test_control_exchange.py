"""Requests that are not for the API: relayed to control's private socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.answers import MESSAGE
from harness.gateway import RunningGateway, running_gateway
from harness.upstream import Script, ScriptedUpstream, UpstreamPeer, repeat


@asynccontextmanager
async def with_control(tmp_path: Path, *scripts: Script) -> AsyncIterator[tuple[RunningGateway, ScriptedUpstream]]:
    """A gateway whose control is a script on a Unix socket."""
    control = ScriptedUpstream(*scripts)
    path = str(tmp_path / "c.sock")
    server = await asyncio.start_unix_server(control._accepted, path)
    async with running_gateway("http://127.0.0.1:9", tmp_path / "journal", [], control_socket=path) as gateway:
        gateway.server.control.connected(lambda message: None)
        try:
            yield gateway, control
        finally:
            server.close()
            await control.close()


async def test_a_request_is_relayed_with_its_host_cookies_and_credentials(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(b"[]", b"200 OK", b"set-cookie: a=b; HttpOnly", b"x-next-cursor: 7")

    async with with_control(tmp_path, repeat(answer)) as (gateway, control):
        client = await gateway.connect()
        await client.request(
            "/api/requests?limit=1",
            b"{}",
            "POST",
            "authorization: Bearer t",
            "cookie: c=d",
            "x-hop: 1",
            "connection: x-hop",
        )
        status, fields, body = await client.response()
        assert (status, body, fields["x-next-cursor"]) == (200, b"[]", "7")
        assert fields["set-cookie"] == "a=b; HttpOnly"
        peer = control.peers[0]
        assert peer.head.startswith(b"POST /api/requests?limit=1 HTTP/1.1\r\nHost: localhost\r\n")
        assert peer.header(b"authorization") == [b"Bearer t"]
        assert peer.header(b"cookie") == [b"c=d"]
        assert peer.header(b"x-hop") == []
        assert peer.body == b"{}"
        await client.request("/api/accounts", b"", "GET")
        await client.response()
        client.close()
        assert control.connections == 1
        assert gateway.records() == []


async def test_control_is_told_the_clients_address_and_no_client_can_say_another(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(b"[]")

    async with with_control(tmp_path, repeat(answer)) as (gateway, control):
        client = await gateway.connect()
        for fields in ([], ["x-claudeflare-peer: 192.0.2.1"], ["X-Claudeflare-Peer: a", "x-claudeflare-peer: b"]):
            await client.request("/api/accounts", b"", "GET", *fields)
            await client.response()
            assert control.peers[-1].header(b"x-claudeflare-peer") == [b"127.0.0.1"]
        await client.request("/api/accounts", b"", "GET", "connection: x-claudeflare-peer")
        await client.response()
        assert control.peers[-1].header(b"x-claudeflare-peer") == [b"127.0.0.1"]
        client.close()


async def test_events_are_not_buffered(tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def events(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        for number in range(3):
            seen.clear()
            await peer.chunk(b"data: %d\n\n" % number)
            await seen.wait()
        await peer.end_stream()

    async with with_control(tmp_path, events) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/events", b"", "GET")
        await client.head()
        chunks = []
        async for chunk in client.chunks():
            chunks.append(chunk)
            seen.set()
        client.close()
        assert chunks == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]


async def test_a_feed_of_events_does_not_hold_up_a_drain(tmp_path: Path) -> None:
    async def events(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(b"data: 0\n\n")
        await peer.gone()

    async with with_control(tmp_path, events) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/events", b"", "GET")
        await client.head()
        drained = asyncio.get_running_loop().create_task(gateway.server.drain())
        assert await client.rest() == b"9\r\ndata: 0\n\n\r\n0\r\n\r\n"
        client.close()
        await drained


async def test_a_client_that_leaves_ends_the_relay(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def events(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(b"data: 0\n\n")
        if await peer.gone():
            gone.set()

    async with with_control(tmp_path, events) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/events", b"", "GET")
        await client.head()
        client.reset()
        await gone.wait()


async def test_control_down_is_said_at_once(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        client = await gateway.connect()
        await client.request("/api/accounts", b"", "GET")
        status, fields, body = await client.response()
        client.close()
        assert (status, fields["retry-after"]) == (503, "2")
        assert b'"code":"control_unavailable"' in body


async def test_control_that_dies_before_it_answers(tmp_path: Path) -> None:
    async def die(peer: UpstreamPeer) -> None:
        await peer.read_request()

    async with with_control(tmp_path, die) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/accounts", b"", "GET")
        status, _, body = await client.response()
        client.close()
        assert status == 503
        assert b"ended before it answered" in body


async def test_control_that_dies_in_its_answer_is_seen_to_have(tmp_path: Path) -> None:
    async def die(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(b"half")

    async with with_control(tmp_path, die) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/accounts", b"", "GET")
        await client.head()
        assert await client.rest() == b"4\r\nhalf\r\n"
        client.close()


async def test_a_socket_nobody_listens_on(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, [], control_socket=str(tmp_path / "none")) as gateway:
        gateway.server.control.connected(lambda message: None)
        client = await gateway.connect()
        await client.request("/api/accounts", b"", "GET")
        assert (await client.response())[0] == 503
        client.close()


async def test_a_foreign_host_never_reaches_control(tmp_path: Path) -> None:
    async with with_control(tmp_path, repeat(lambda peer: peer.answer(MESSAGE))) as (gateway, control):
        client = await gateway.connect()
        await client.send(b"GET /api/accounts HTTP/1.1\r\nhost: evil.example\r\n\r\n")
        status, _, body = await client.response()
        client.close()
        assert status == 421
        assert b'"code"' in body
        assert control.connections == 0


async def test_the_head_of_a_feed_of_events_goes_out_before_the_first_event(tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def feed(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await seen.wait()
        await peer.chunk(b"data: 1\n\n")
        await peer.end_stream()

    async with with_control(tmp_path, feed) as (gateway, _):
        client = await gateway.connect()
        await client.request("/api/events", b"", "GET")
        await client.head()
        seen.set()
        assert await client.rest_of_chunks() == b"data: 1\n\n"
        client.close()
