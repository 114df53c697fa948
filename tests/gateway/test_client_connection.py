"""One client's connection: order, strictness, expectations, limits, deadlines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.answers import MESSAGE, REQUEST, STREAM_REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]
GET = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n"


async def test_pipelined_requests_are_answered_in_order(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        path = peer.head.split(b" ")[1]
        await peer.answer(path)

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        wire = b"".join(b"GET /v1/%d HTTP/1.1\r\nhost: localhost\r\n\r\n" % n for n in range(20))
        wire += b"POST /v1/posted HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc" + GET
        await client.send(wire)
        bodies = [(await client.response())[2] for _ in range(22)]
        assert bodies == [b"/v1/%d" % n for n in range(20)] + [b"/v1/posted", b"/v1/models"]
        client.close()


async def test_thousands_of_pipelined_requests_answered_at_once_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        client = await gateway.connect()
        await client.send(b"HEAD / HTTP/1.1\r\nhost: localhost\r\n\r\n" * 5000)
        for _ in range(5000):
            assert (await client.head()).startswith(b"HTTP/1.1 200")
        client.close()


async def test_a_broken_request_behind_a_good_one_does_not_cost_the_good_ones_answer(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        client = await gateway.connect()
        await client.send(GET + b"GET / HTTP/1.1\r\nhost : x\r\n\r\n")
        assert (await client.response())[0] == 200
        status, fields, _ = await client.response()
        assert (status, fields["connection"]) == (400, "close")
        assert await client.rest() == b""
        client.close()
        assert [record.status for record in gateway.records()] == [200, 400]


BAD = {
    "two lengths": (b"POST /v1/m HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", 400),
    "length and chunked": (
        b"POST /v1/m HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
        400,
    ),
    "two hosts": (b"GET /v1/m HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", 400),
    "no host": (b"GET /v1/m HTTP/1.1\r\n\r\n", 400),
    "bare LF": (b"GET /v1/m HTTP/1.1\nhost: a\n\n", 400),
    "NUL": (b"GET /v1/m HTTP/1.1\r\nhost: a\r\nx: a\0\r\n\r\n", 400),
    "two keys": (b"GET /v1/m HTTP/1.1\r\nhost: localhost\r\nx-api-key: a\r\nx-api-key: b\r\n\r\n", 400),
    "head too large": (b"GET /v1/m HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    "head without end": (b"GET /v1/m HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 70_000, 431),
    "too many fields": (b"GET /v1/m HTTP/1.1\r\nhost: a\r\n" + b"x: a\r\n" * 201 + b"\r\n", 431),
    "unknown coding": (b"POST /v1/m HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n", 501),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50, 400),
}


@pytest.mark.parametrize(("wire", "status"), BAD.values(), ids=BAD)
async def test_what_is_ambiguous_is_refused_and_the_connection_closed(tmp_path: Path, wire: bytes, status: int) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, WORK) as gateway:
            client = await gateway.connect()
            await client.send(wire)
            code, fields, body = await client.response()
            assert code == status
            assert fields["connection"] == "close"
            assert body.startswith(b'{"type":"error","error":{"type":"invalid_request_error"')
            assert await client.rest() == b""
            client.close()
            assert upstream.connections == 0
            assert (await gateway.record()).terminal_state == "refused"


async def test_a_malformed_chunk_in_the_middle_of_a_body_is_refused(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, WORK) as gateway:
            client = await gateway.connect()
            await client.send(
                b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"
            )
            await client.send(b"0x3\r\nabc\r\n")
            assert (await client.response())[0] == 400
            assert await client.rest() == b""
            client.close()
            assert upstream.connections == 0


async def test_a_body_is_asked_for_when_the_client_waits_for_that(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        client = await gateway.connect()
        await client.send(
            b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n"
            % len(REQUEST)
        )
        assert await client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await client.send(REQUEST)
        assert (await client.response())[0] == 200
        client.close()
        assert upstream.peers[0].header(b"expect") == []


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, WORK, max_body_bytes=1000) as gateway:
        client = await gateway.connect()
        await client.send(
            b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n"
        )
        status, fields, body = await client.response()
        assert (status, fields["connection"]) == (413, "close")
        assert b'"request_too_large"' in body
        client.close()


async def test_a_chunked_body_that_grows_too_large_is_refused(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, WORK, max_body_bytes=1000) as gateway:
        client = await gateway.connect()
        await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        await client.send(b"300\r\n" + b"x" * 0x300 + b"\r\n" + b"300\r\n" + b"x" * 0x300 + b"\r\n")
        assert (await client.response())[0] == 413
        assert await client.rest() == b""
        client.close()
        assert (await gateway.record()).request_bytes == 0x600


async def test_a_refused_client_that_goes_on_sending_still_sees_the_refusal(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, WORK, max_body_bytes=1000) as gateway:
        client = await gateway.connect()
        await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000000\r\n\r\n")
        for _ in range(100):
            await client.send(b"x" * 65_536)
        assert (await client.response())[0] == 413
        gateway.later(2)
        client.close()


async def test_connections_beyond_the_limit_are_closed(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, [], max_connections=2) as gateway:
        kept = [await gateway.connect() for _ in range(2)]
        for client in kept:
            await client.request("/", b"", "HEAD")
            await client.head()
        refused = await gateway.connect()
        assert await refused.rest() == b""
        kept[0].close()
        await kept[0].rest()
        while gateway.server.open_connections > 1:
            await asyncio.sleep(0)
        client = await gateway.connect()
        await client.request("/", b"", "HEAD")
        assert await client.head()
        for one in (client, refused, kept[1]):
            one.close()


async def test_a_head_that_does_not_end_is_refused_in_time(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        client = await gateway.connect()
        await client.send(b"GET / HTTP/1.1\r\nhost: loc")
        while not gateway.reading_head():
            await asyncio.sleep(0)
        gateway.later(29)
        gateway.later(31)
        assert (await client.response())[0] == 408
        assert await client.rest() == b""
        client.close()


async def test_a_body_that_does_not_come_is_refused_in_time(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        client = await gateway.connect()
        await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc")
        while not gateway.in_progress():
            await asyncio.sleep(0)
        gateway.later(301)
        assert (await client.response())[0] == 408
        client.close()


async def test_an_idle_connection_is_closed_in_time(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        client = await gateway.connect()
        await client.request("/", b"", "HEAD")
        await client.head()
        gateway.later(100)
        gateway.later(121)
        assert await client.rest() == b""
        client.close()


async def test_a_client_that_takes_nothing_is_dropped(tmp_path: Path) -> None:
    async def flood(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        while True:
            await peer.chunk(b": " + b"x" * 65_000 + b"\n\n")

    async with scripted_upstream(flood) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        while not gateway.blocked():
            await asyncio.sleep(0)
        gateway.later(301)
        record = await gateway.record()
        assert record.terminal_state == "client_closed"
        client.close()


async def test_a_request_that_breaks_off_reaches_nobody(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, WORK) as gateway:
            client = await gateway.connect()
            await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc")
            client.close()
            assert (await gateway.record()).status == 499
            assert upstream.connections == 0


async def test_an_offer_to_upgrade_is_declined_by_answering(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        client = await gateway.connect()
        offer = "connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABkAAQAAP__"
        await client.request("/v1/models", b"", "GET", *offer)
        assert (await client.response())[0] == 200
        await client.request("/v1/models", b"", "GET")
        assert (await client.response())[0] == 200
        client.close()
        assert b"pgrade" not in upstream.peers[0].head
