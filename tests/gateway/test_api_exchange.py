"""What passes through: byte for byte, unbuffered, in the framing that fits."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path

import pytest

from gateway.answers import DELTA, EVENTS, MESSAGE, REQUEST, START, STOP, STREAM, STREAM_REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


async def test_json_passes_byte_for_byte(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(MESSAGE, b"200 Fine", b"Request-ID: req_9", b"x-Dup: 1", b"X-dup: 2")

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request("/v1/messages?beta=true", REQUEST, "POST", "X-Odd-CASE: v  w", "anthropic-beta: a,b")
        head = await client.head()
        assert head.startswith(b"HTTP/1.1 200 Fine\r\n")
        assert b"Request-ID: req_9\r\nx-Dup: 1\r\nX-dup: 2\r\n" in head
        assert await client.reader.readexactly(len(MESSAGE)) == MESSAGE
        client.close()
        peer = upstream.peers[0]
        assert peer.head.startswith(b"POST /v1/messages?beta=true HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"\r\nX-Odd-CASE: v  w\r\nanthropic-beta: a,b\r\n" in peer.head
        assert peer.header(b"x-api-key") == [b"sk-ant-work"]
        assert peer.header(b"content-length") == [b"%d" % len(REQUEST)]
        assert peer.body == REQUEST


async def test_both_client_credentials_are_replaced_and_private_fields_dropped(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(MESSAGE, b"200 OK", b"set-cookie: a=b", b"connection: x-hop", b"x-hop: 1")

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(
            "/v1/messages", REQUEST, "POST", "x-api-key: mine", "Authorization: Bearer mine", "cookie: c=d",
            "x-claudeflare-session: s", "connection: keep-alive, x-secret", "x-secret: 1", "te: trailers",
        )  # fmt: skip
        _, fields, _ = await client.response()
        client.close()
        sent = upstream.peers[0].head.lower()
        assert b"mine" not in sent
        for gone in (b"authorization", b"cookie", b"x-claudeflare", b"x-secret", b"\r\nte:", b"connection"):
            assert gone not in sent, gone
        assert "set-cookie" not in fields
        assert "x-hop" not in fields
        assert fields["x-claudeflare-account"] == "work"
        assert fields["x-claudeflare-attempts"] == "1"
        assert fields["x-claudeflare-request-id"].startswith("cf_")


async def test_without_accounts_the_callers_own_credential_passes_through(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        client = await gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", "Authorization: Bearer own")
        status, fields, _ = await client.response()
        client.close()
        assert status == 200
        assert "x-claudeflare-account" not in fields
        assert upstream.peers[0].header(b"authorization") == [b"Bearer own"]
        assert upstream.peers[0].header(b"x-api-key") == []
        record = await gateway.record()
        assert record.account is None
        assert record.attempts[0].outcome == "served"


async def test_an_event_leaves_before_the_next_one_comes(tmp_path: Path) -> None:
    passed = asyncio.Event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        for event in EVENTS:
            passed.clear()
            await peer.chunk(event)
            if event is not START:  # the start may be held back for what follows it
                await passed.wait()
        await peer.end_stream()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        received = b""
        async for chunk in client.chunks():
            received += chunk
            passed.set()
        client.close()
        assert received == STREAM
        record = await gateway.record()
        assert record.terminal_state == "complete"
        assert record.usage == {"input_tokens": 9, "output_tokens": 4}
        assert record.stop_reason == "end_turn"
        assert record.first_content_ms is not None


@pytest.mark.parametrize("size", [1, 7, 100, 65536])
async def test_a_stream_in_any_pieces_is_the_same_bytes(tmp_path: Path, size: int) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        for at in range(0, len(STREAM), size):
            await peer.chunk(STREAM[at : at + size])
        await peer.end_stream()

    async with scripted_upstream(repeat(stream)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        for _ in range(2):
            await client.request(body=STREAM_REQUEST)
            status, _, body = await client.response()
            assert (status, body) == (200, STREAM)
        client.close()
        assert [record.usage for record in gateway.records()] == [{"input_tokens": 9, "output_tokens": 4}] * 2
        assert upstream.connections == 1


async def test_a_compressed_answer_passes_as_it_is_and_is_metered(tmp_path: Path) -> None:
    packed = gzip.compress(MESSAGE)

    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(packed, b"200 OK", b"content-encoding: gzip")

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", "accept-encoding: gzip, br")
        _, fields, body = await client.response()
        client.close()
        assert (fields["content-encoding"], body) == ("gzip", packed)
        assert upstream.peers[0].header(b"accept-encoding") == [b"gzip, br"]
        record = await gateway.record()
        assert record.content_encoding == "gzip"
        assert record.usage is not None
        assert record.usage["output_tokens"] == 4


async def test_a_chunked_request_arrives_whole(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        client = await gateway.connect()
        await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        for at in range(0, len(REQUEST), 5):
            piece = REQUEST[at : at + 5]
            await client.send(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece))
        await client.send(b"0\r\ntrailer: x\r\n\r\n")
        assert (await client.response())[0] == 200
        client.close()
        assert upstream.peers[0].body == REQUEST
        assert upstream.peers[0].header(b"content-length") == [b"%d" % len(REQUEST)]
        assert (await gateway.record()).request_bytes == len(REQUEST)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_the_replay_limit_is_streamed(tmp_path: Path, chunked: bool) -> None:
    body = os.urandom(300_000)

    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, replay_limit_bytes=1000) as gateway,
    ):
        client = await gateway.connect()
        for _ in range(2):
            framing = b"transfer-encoding: chunked" if chunked else b"content-length: %d" % len(body)
            await client.send(b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\n" + framing + b"\r\n\r\n")
            for at in range(0, len(body), 70_000):
                piece = body[at : at + 70_000]
                await client.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                await client.send(b"0\r\n\r\n")
            assert (await client.response())[0] == 200
            assert upstream.peers[0].body == body
        client.close()
        assert upstream.connections == 1


async def test_an_early_answer_to_a_streamed_body_is_passed_on_and_neither_connection_is_reused(tmp_path: Path) -> None:
    async def refuse(peer: UpstreamPeer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.answer(b'{"type":"error"}', b"413 Too Large")
        assert await peer.gone()

    async with (
        scripted_upstream(refuse) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, replay_limit_bytes=1000) as gateway,
    ):
        client = await gateway.connect()
        await client.send(b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n" + b"x" * 5000)
        status, fields, _ = await client.response()
        assert (status, fields["connection"]) == (413, "close")
        assert await client.rest() == b""
        client.close()
        assert upstream.connections == 1


async def test_head_and_empty_answers_have_no_body(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        if peer.head.startswith(b"HEAD"):
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n")
        elif b"/204" in peer.head:
            await peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        elif b"/304" in peer.head:
            await peer.send(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\netag: x\r\n\r\n")
        else:
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request("/v1/models", b"", "HEAD")
        assert b"content-length: 99" in await client.head()
        await client.request("/v1/204", b"", "GET")
        assert b"content-length" not in await client.head()
        await client.request("/v1/304", b"", "GET")
        assert b"content-length: 99" in await client.head()
        await client.request("/v1/empty", b"", "DELETE")
        assert (await client.response())[2] == b""
        client.close()
        assert upstream.connections == 1
        assert [record.terminal_state for record in gateway.records()] == ["complete"] * 4


async def test_an_answer_that_ends_with_its_connection(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + MESSAGE)

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        for _ in range(2):
            await client.request(body=REQUEST)
            assert (await client.response())[2] == MESSAGE
        client.close()
        assert upstream.connections == 2
        assert [record.terminal_state for record in gateway.records()] == ["complete", "complete"]


async def test_interim_answers_are_consumed(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.send(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
        await peer.answer(MESSAGE)

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        assert (await client.response())[0] == 200
        client.close()


async def test_an_http_1_0_client_gets_an_answer_that_ends_with_the_connection(tmp_path: Path) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(STREAM)
        await peer.end_stream()

    async with scripted_upstream(repeat(stream)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.send(
            b"POST /v1/messages HTTP/1.0\r\ncontent-length: %d\r\n\r\n" % len(STREAM_REQUEST) + STREAM_REQUEST
        )
        head = await client.head()
        assert b"transfer-encoding" not in head
        assert b"connection: close" in head
        assert await client.rest() == STREAM
        client.close()


async def test_a_slow_client_does_not_fill_memory(tmp_path: Path) -> None:
    sent = 0
    stalled = asyncio.Event()

    async def flood(peer: UpstreamPeer) -> None:
        nonlocal sent
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + DELTA)
        piece = b": " + b"x" * 65_000 + b"\n\n"
        while sent < 64_000_000:
            peer.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            try:
                await asyncio.wait_for(peer.writer.drain(), 0.5)
            except TimeoutError:
                stalled.set()
                await peer.writer.drain()
            sent += len(piece)
        await peer.chunk(STOP)
        await peer.end_stream()

    async with scripted_upstream(flood) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await stalled.wait()
        assert sent < 32_000_000
        total = len((await client.response())[2])
        assert total > 64_000_000
        client.close()


async def test_the_first_pieces_of_a_requests_body_may_come_slowly(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        client = await gateway.connect()
        head = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(REQUEST)
        for byte in head + REQUEST:
            await client.send(bytes([byte]))
            await asyncio.sleep(0)
        assert (await client.response())[0] == 200
        client.close()
        assert upstream.peers[0].body == REQUEST


async def test_a_request_waits_for_the_first_snapshot(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, None) as gateway,
    ):
        client = await gateway.connect()
        await client.request(body=REQUEST)
        while not gateway.server.control.awaiting_snapshot:
            await asyncio.sleep(0)
        gateway.configure(WORK)
        assert (await client.response())[0] == 200
        client.close()


async def test_without_a_snapshot_for_long_the_answer_is_503(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        while not gateway.server.control.awaiting_snapshot:
            await asyncio.sleep(0)
        gateway.later(6)
        status, fields, body = await client.response()
        assert (status, fields["retry-after"]) == (503, "2")
        assert b'"api_error"' in body
        client.close()
        assert (await gateway.record()).terminal_state == "refused"


@pytest.mark.parametrize("start", [b"", MESSAGE[:1]])
async def test_a_head_does_not_wait_for_a_body_that_is_late(tmp_path: Path, start: bytes) -> None:
    seen = asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(MESSAGE) + start)
        await seen.wait()
        await peer.send(MESSAGE[len(start) :])

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await client.head()
        seen.set()
        assert await client.reader.readexactly(len(MESSAGE)) == MESSAGE
        client.close()


async def test_a_head_that_comes_in_pieces_before_its_body(tmp_path: Path) -> None:
    seen = asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        for piece in (b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: %d\r\n\r" % len(MESSAGE), b"\n"):
            await peer.send(piece)
        await seen.wait()
        await peer.send(MESSAGE)

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await client.head()
        seen.set()
        assert await client.reader.readexactly(len(MESSAGE)) == MESSAGE
        client.close()
