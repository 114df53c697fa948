"""How answers end, and that the record is there before the client has its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.answers import BLOCK, DELTA, END, MESSAGE, REQUEST, START, STOP, STREAM, STREAM_REQUEST, error_event
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


async def test_the_record_is_written_before_the_end_of_a_message_is_sent(tmp_path: Path) -> None:
    released = asyncio.Event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA + END)
        await peer.chunk(STOP)
        await released.wait()
        await peer.end_stream()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        received = b""
        async for chunk in client.chunks():
            received += chunk
            if STOP in received:
                # The client has its message; the upstream has not even ended its answer.
                assert [record.terminal_state for record in gateway.records()] == ["complete"]
                released.set()
        client.close()


async def test_the_record_is_written_before_the_last_byte_of_a_document(tmp_path: Path) -> None:
    last = asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(MESSAGE) + MESSAGE[:-1])
        await last.wait()
        await peer.send(MESSAGE[-1:])

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await client.head()
        await client.reader.readexactly(len(MESSAGE) - 1)
        assert gateway.records() == []
        last.set()
        await client.reader.readexactly(1)
        assert len(gateway.records()) == 1
        client.close()


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_an_upstream_that_dies_mid_stream(tmp_path: Path, how: str) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        peer.reset() if how == "reset" else peer.writer.close()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        rest = await client.rest()  # FIN, no reset
        client.close()
        assert START in rest
        assert b"event: error\ndata: " in rest
        assert not rest.endswith(b"0\r\n\r\n")
        record = await gateway.record()
        assert record.terminal_state == "truncated"
        assert record.usage_estimated
        assert record.usage is not None
        assert record.usage["input_tokens"] == 9
        assert record.attempts[0].outcome == "interrupted"
        assert gateway.server.pool.in_flight() == {"id-work": 0}


async def test_a_document_cut_short_is_cut_short_for_the_client_too(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + MESSAGE)

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await client.head()
        assert await client.rest() == MESSAGE
        client.close()
        assert (await gateway.record()).terminal_state == "truncated"


async def test_the_head_of_an_answer_that_breaks_in_the_same_read_is_passed_on(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk size\r\n")

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        assert (await client.head()).startswith(b"HTTP/1.1 200 OK\r\n")
        assert await client.rest() == b""
        client.close()
        assert (await gateway.record()).terminal_state == "truncated"


async def test_an_error_event_in_the_middle_is_passed_on_alone(tmp_path: Path) -> None:
    body = START + BLOCK + DELTA + error_event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(body)

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        rest = await client.rest()
        client.close()
        assert rest.count(b"event: error") == 1
        record = await gateway.record()
        assert (record.terminal_state, record.error_type) == ("truncated", "overloaded_error")


async def test_a_stream_that_ends_without_its_message_is_truncated(tmp_path: Path) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        await peer.end_stream()

    async with scripted_upstream(repeat(stream)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        assert (await client.response())[2] == START + BLOCK + DELTA
        client.close()
        assert (await gateway.record()).terminal_state == "truncated"


async def test_a_death_after_the_message_is_no_loss(tmp_path: Path) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(STREAM)

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        rest = await client.rest()
        client.close()
        assert b"event: error" not in rest
        assert (await gateway.record()).terminal_state == "complete"


async def test_a_client_that_leaves_cancels_the_upstream(tmp_path: Path) -> None:
    cancelled = asyncio.Event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        if await peer.gone():
            cancelled.set()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        await client.reader.readuntil(b"Hello")
        client.reset()
        await cancelled.wait()
        record = await gateway.record()
        assert (record.terminal_state, record.status) == ("client_closed", 200)
        assert record.usage is not None
        assert record.usage["input_tokens"] == 9
        assert record.attempts[0].outcome == "client_gone"
        assert gateway.server.pool.in_flight() == {"id-work": 0}


@pytest.mark.parametrize("answered", [False, True])
async def test_a_client_that_leaves_before_an_answer_is_a_499(tmp_path: Path, answered: bool) -> None:
    arrived, cancelled = asyncio.Event(), asyncio.Event()

    async def silent(peer: UpstreamPeer) -> None:
        await peer.read_request()
        if answered:
            await peer.begin_stream()
        arrived.set()
        if await peer.gone():
            cancelled.set()

    async with scripted_upstream(silent) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await arrived.wait()
        client.reset()
        await cancelled.wait()
        record = await gateway.record()
        assert (record.terminal_state, record.status) == ("client_closed", 499)


async def test_a_client_that_vanished_with_a_fin_is_not_waited_for(tmp_path: Path) -> None:
    arrived, cancelled = asyncio.Event(), asyncio.Event()

    async def silent(peer: UpstreamPeer) -> None:
        await peer.read_request()
        arrived.set()
        if await peer.gone():
            cancelled.set()

    async with scripted_upstream(silent) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await arrived.wait()
        client.close()
        while not gateway.half_closed():
            await asyncio.sleep(0)
        gateway.later(1)
        assert not cancelled.is_set()
        gateway.later(4)
        await cancelled.wait()
        assert (await gateway.record()).terminal_state == "client_closed"


async def test_a_half_closed_client_gets_its_whole_answer(tmp_path: Path) -> None:
    released = asyncio.Event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        await released.wait()
        await peer.chunk(STREAM[len(START + BLOCK + DELTA) :])
        await peer.end_stream()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        client.writer.write_eof()
        await client.head()
        await client.reader.readuntil(b"Hello")
        while not gateway.half_closed():
            await asyncio.sleep(0)
        gateway.later(4)  # it took what it was sent: it is alive
        released.set()
        assert (await client.rest()).endswith(b"0\r\n\r\n")
        client.close()
        assert (await gateway.record()).terminal_state == "complete"


async def test_a_client_that_leaves_while_connecting(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, WORK) as gateway:
            client = await gateway.connect()
            await client.request(body=REQUEST)
            client.reset()
            record = await gateway.record()
            assert record.terminal_state in ("client_closed", "complete")
            assert gateway.server.pool.in_flight() == {"id-work": 0}


async def test_silence_has_limits(tmp_path: Path) -> None:
    arrived = asyncio.Event()

    async def silent(peer: UpstreamPeer) -> None:
        await peer.read_request()
        arrived.set()
        await peer.gone()

    async with scripted_upstream(silent) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await arrived.wait()
        gateway.later(1)  # notes that nothing came
        gateway.later(700)
        status, _, body = await client.response()
        client.close()
        assert status == 502
        assert b"did not answer: not a byte for 600 s" in body


async def test_a_stalled_stream_is_ended_with_an_error(tmp_path: Path) -> None:
    async def stall(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        await peer.gone()

    async with scripted_upstream(stall) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        await client.reader.readuntil(b"Hello")
        gateway.later(1)
        gateway.later(400)
        rest = await client.rest()
        client.close()
        assert b"stalled" in rest
        assert (await gateway.record()).terminal_state == "truncated"
