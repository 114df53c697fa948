"""The gateway as a whole: draining, control coming and going, what is reported to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from claudeflare.balancing.change import AttentionNeeded, Benched, SessionBound
from claudeflare.gateway.messages import ChangesMade, InFlight
from claudeflare.journal.records import Changed
from gateway.answers import BLOCK, DELTA, MESSAGE, REQUEST, START, STREAM, STREAM_REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


async def test_a_drain_lets_running_requests_end_and_closes_idle_connections(tmp_path: Path) -> None:
    released = asyncio.Event()

    async def stream(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        await released.wait()
        await peer.chunk(STREAM[len(START + BLOCK + DELTA) :])
        await peer.end_stream()

    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        idle, busy = await gateway.connect(), await gateway.connect()
        await busy.request(body=STREAM_REQUEST)
        await busy.head()
        await busy.reader.readuntil(b"Hello")
        drain = asyncio.get_running_loop().create_task(gateway.server.drain())
        assert await idle.rest() == b""
        released.set()
        assert (await busy.rest()).endswith(b"0\r\n\r\n")
        busy.close()
        idle.close()
        await drain
        assert (await gateway.record()).terminal_state == "complete"


async def test_an_answer_during_a_drain_says_that_the_connection_closes(tmp_path: Path) -> None:
    arrived, released = asyncio.Event(), asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        arrived.set()
        await released.wait()
        await peer.answer(MESSAGE)

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await arrived.wait()
        drain = asyncio.get_running_loop().create_task(gateway.server.drain())
        await asyncio.sleep(0)
        released.set()
        assert (await client.response())[1]["connection"] == "close"
        assert await client.rest() == b""
        client.close()
        await drain


async def test_a_drain_has_an_end(tmp_path: Path) -> None:
    async def never(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.gone()

    async with (
        scripted_upstream(never) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, drain_timeout=0.01) as gateway,
    ):
        client = await gateway.connect()
        await client.request(body=REQUEST)
        while not upstream.connections:
            await asyncio.sleep(0)
        await gateway.server.drain()
        assert await client.rest() == b""
        client.close()
        assert (await gateway.record()).terminal_state == "client_closed"


async def test_what_is_learnt_goes_to_the_journal_and_to_control(tmp_path: Path) -> None:
    async def refuse(peer: UpstreamPeer) -> None:
        body = b'{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'
        await peer.answer(body, b"401 Unauthorized")

    told: list[ChangesMade | InFlight] = []
    async with scripted_upstream(repeat(refuse)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        gateway.server.control.connected(told.append)
        client = await gateway.connect()
        await client.request(body=REQUEST)
        assert (await client.response())[0] == 401
        client.close()
        changes = [change for message in told if isinstance(message, ChangesMade) for change in message.changes]
        assert [type(change) for change in changes] == [SessionBound, AttentionNeeded]
        assert [frame.change for frame in gateway.frames() if isinstance(frame, Changed)] == changes


async def test_what_others_learnt_counts_here(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, WORK) as gateway:
        gateway.server.apply_changes([Benched("id-work", "", 9_999_999_999.0, "rate limited: elsewhere")])
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, _, body = await client.response()
        client.close()
        assert status == 429
        assert b"rate limited: elsewhere" in body


async def test_control_is_told_what_is_in_flight(tmp_path: Path) -> None:
    arrived, released = asyncio.Event(), asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        arrived.set()
        await released.wait()
        await peer.answer(MESSAGE)

    told: list[object] = []
    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        gateway.server.control.connected(told.append)
        client = await gateway.connect()
        await client.request(body=REQUEST)
        await arrived.wait()
        gateway.server.control.report()
        gateway.server.control.report()
        released.set()
        await client.response()
        client.close()
        assert [message for message in told if isinstance(message, InFlight)] == [InFlight({"id-work": 1}, 1)]
