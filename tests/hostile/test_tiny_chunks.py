"""Bodies in chunks of one byte: six bytes on the wire for each, and still little memory and no harm to others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from process_memory import MIB, PeakMemory, can_watch

from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, scripted_upstream

WORK = [account("work")]
CHUNK = b"1\r\n \r\n"
AT_ONCE = 10_000
COUNTS = [20_000, pytest.param(1_000_000, marks=[pytest.mark.torture, pytest.mark.timeout(300)])]

pytestmark = pytest.mark.skipif(not can_watch(), reason="this system does not tell how much memory was taken")


@pytest.mark.parametrize("count", COUNTS)
async def test_a_request_in_tiny_chunks(tmp_path: Path, count: int) -> None:
    async def serve(peer: UpstreamPeer) -> None:
        while head := await peer.read_request():
            asked[peer.body.count(b" ")] = head
            await peer.answer(MESSAGE)

    asked: dict[int, bytes] = {}
    async with scripted_upstream(serve) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        attacker, other = await gateway.connect(), await gateway.connect()
        memory = PeakMemory()
        await attacker.send(
            b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            + b"%x\r\n%b\r\n" % (len(REQUEST), REQUEST)
        )
        for _ in range(count // AT_ONCE):
            await attacker.send(CHUNK * AT_ONCE)
            await other.request(body=REQUEST)
            assert (await other.response())[0] == 200
        await attacker.send(b"0\r\n\r\n")
        assert (await attacker.response())[0] == 200
        attacker.close()
        other.close()
    # It arrived whole, and in one piece.
    assert b"content-length: %d\r\n" % (count + len(REQUEST)) in asked[count].lower()
    assert memory.grown < 40 * MIB


@pytest.mark.parametrize("count", COUNTS)
async def test_an_answer_in_tiny_chunks(tmp_path: Path, count: int) -> None:
    async def serve(peer: UpstreamPeer) -> None:
        await peer.read_request()
        if b"other" in peer.body:
            await peer.answer(MESSAGE)
            return
        await peer.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            + b"%x\r\n%b\r\n" % (len(MESSAGE), MESSAGE)
        )
        for _ in range(count // AT_ONCE):
            await peer.send(CHUNK * AT_ONCE)
        await peer.end_stream()

    async with scripted_upstream(serve) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        victim, other = await gateway.connect(), await gateway.connect()
        memory = PeakMemory()
        await victim.request(body=REQUEST)
        size = -len(MESSAGE)
        await victim.head()
        while length := int(await victim.reader.readuntil(b"\r\n"), 16):
            size += len((await victim.reader.readexactly(length + 2))[:-2])
            if size % 5000 == 0:
                await other.request(body=REQUEST.replace(b"Hi", b"other"))
                assert (await other.response())[0] == 200
        assert size == count
        assert memory.grown < 40 * MIB
        victim.close()
        other.close()
        finished = [record for record in gateway.records() if record.terminal_state != "complete"]
        assert finished == []


async def test_a_stream_in_single_bytes_is_relayed_as_it_is(tmp_path: Path) -> None:
    async def serve(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        for position in range(len(STREAM)):
            await peer.chunk(STREAM[position : position + 1])
            await asyncio.sleep(0)
        await peer.end_stream()

    async with scripted_upstream(serve) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        assert (await client.response())[2] == STREAM
        client.close()
        record = await gateway.record()
        assert record.terminal_state == "complete"
        assert record.usage is not None
        assert record.usage["output_tokens"] == 4
