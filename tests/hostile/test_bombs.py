"""Answers that inflate a thousandfold: relayed as they are, and never inflated whole for the sake of counting."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import pytest
import zstandard
from process_memory import MIB, PeakMemory, can_watch

from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, scripted_upstream

WORK = [account("work")]
SIZES = [64, pytest.param(1024, marks=[pytest.mark.torture, pytest.mark.timeout(300)])]

pytestmark = pytest.mark.skipif(not can_watch(), reason="this system does not tell how much memory was taken")


def zeros(size: int) -> Iterator[bytes]:
    piece = b"\0" * MIB
    return (piece for _ in range(size))


def gzipped(size: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*map(compressor.compress, zeros(size)), compressor.flush()])


def deflated(size: int) -> bytes:
    compressor = zlib.compressobj(9)
    return b"".join([*map(compressor.compress, zeros(size)), compressor.flush()])


def brotlied(size: int) -> bytes:
    compressor = brotli.Compressor(quality=3, lgwin=24)
    return b"".join([*map(compressor.process, zeros(size)), compressor.finish()])


def zstandarded(size: int) -> bytes:
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([*map(compressor.compress, zeros(size)), compressor.flush()])


BOMBS: dict[str, Callable[[int], bytes]] = {"gzip": gzipped, "deflate": deflated, "br": brotlied, "zstd": zstandarded}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("encoding", BOMBS)
async def test_a_bomb_goes_by(tmp_path: Path, encoding: str, kind: str, size: int) -> None:
    bomb = BOMBS[encoding](size)

    async def serve(peer: UpstreamPeer) -> None:
        while await peer.read_request():
            if b"other" in peer.body:
                await peer.answer(MESSAGE)
                continue
            fields = f"content-type: {kind}\r\ncontent-encoding: {encoding}\r\ncontent-length: {len(bomb)}"
            await peer.send(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + bomb)

    async with scripted_upstream(serve) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client, other = await gateway.connect(), await gateway.connect()
        memory = PeakMemory()
        await client.request(body=STREAM_REQUEST if "stream" in kind else REQUEST)
        _, fields, body = await client.response()
        assert fields["content-encoding"] == encoding
        assert body == bomb
        await other.request(body=REQUEST.replace(b"Hi", b"other"))
        assert (await other.response())[2] == MESSAGE
        # What one piece may inflate to, a few times over; the whole would be 64 MiB or a GiB.
        assert memory.grown < 48 * MIB
        client.close()
        other.close()
        first = gateway.records()[0]
        assert first.usage is None


async def test_a_bomb_behind_a_whole_message_does_not_cost_its_usage(tmp_path: Path) -> None:
    message, bomb = gzip.compress(STREAM), gzipped(64)

    async def serve(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream(b"content-encoding: gzip")
        await peer.chunk(message)
        await read.wait()
        await peer.chunk(bomb)
        await peer.end_stream()

    read = asyncio.Event()
    async with scripted_upstream(serve) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        chunks = client.chunks()
        assert await anext(chunks) == message
        read.set()
        assert b"".join([chunk async for chunk in chunks]) == bomb
        client.close()
        record = await gateway.record()
    assert (record.terminal_state, record.usage and record.usage["output_tokens"]) == ("complete", 4)
