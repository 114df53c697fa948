"""Clients that are slow on purpose cost one connection each, for a while, and nobody else anything."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from gateway.answers import MESSAGE, REQUEST, STREAM_REQUEST
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]
EACH = 60
HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n"
SLOW = {
    "a head that never ends": HEAD + b"x-a: b\r\n",
    "a line that never ends": HEAD + b"x-a: ",
    "a body that hardly comes": HEAD + b"content-length: 100\r\n\r\n{",
    "chunks that hardly come": HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    "a chunk size that never ends": HEAD + b"transfer-encoding: chunked\r\n\r\n0",
    "trailers that never end": HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\nx-a: b\r\n",
    "nothing at all": b"",
}


async def good_answer(gateway: RunningGateway) -> bytes:
    client = await gateway.connect()
    await client.request(body=REQUEST)
    status, _, body = await client.response()
    client.close()
    assert status == 200
    return body


async def test_a_crowd_of_slow_clients(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, head_timeout=30, idle_timeout=30) as gateway,
    ):
        crowd: list[RawClient] = []
        for beginning in SLOW.values():
            for _ in range(EACH):
                crowd.append(client := await gateway.connect())
                await client.send(beginning)
        # Each goes on a little, which is what keeps such an attack alive elsewhere.
        for client in crowd[:-EACH]:
            await client.send(b"0")
        assert await good_answer(gateway) == MESSAGE
        assert upstream.connections == 1, "a request that is not whole has taken an upstream connection"
        gateway.later(200)
        for client in crowd:
            answer = await client.rest()
            assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
            client.close()
        assert await good_answer(gateway) == MESSAGE
        assert upstream.connections == 1


async def test_a_drop_now_and_then_does_not_buy_a_head_more_time(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, [], head_timeout=30) as gateway:
        client = await gateway.connect()
        for drop in (b"GET", b" /v1/a ", b"HTTP/1.1\r\n", b"host: "):
            await client.send(drop)
            while not gateway.reading_head():
                await asyncio.sleep(0)
            gateway.later(29)
        gateway.later(31)
        assert (await client.response())[0] == 408
        client.close()


async def test_clients_that_do_not_read_hold_little(tmp_path: Path) -> None:
    taken = 0
    pieces = 400

    async def flood(peer: UpstreamPeer) -> None:
        nonlocal taken
        await peer.read_request()
        if b'"stream":true' not in peer.body:
            await peer.answer(MESSAGE)
            return
        await peer.begin_stream()
        for _ in range(pieces):
            await peer.chunk(b": " + b"x" * 65_000 + b"\n\n")
            taken += 65_000

    async with scripted_upstream(flood) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        idle = [await gateway.connect() for _ in range(10)]
        for client in idle:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await client.request(body=STREAM_REQUEST)
        while not gateway.blocked():
            await asyncio.sleep(0)
        for _ in range(5):
            assert await good_answer(gateway) == MESSAGE
        # Sockets hold some megabytes each; what matters is that it has an end far below what was on offer.
        assert taken < len(idle) * pieces * 65_000 / 2
        gateway.later(301)
        assert await good_answer(gateway) == MESSAGE
        for client in idle:
            client.close()


SLOWHTTPTEST = shutil.which("slowhttptest")
ATTACKS = {"slowloris": ["-H"], "slow body": ["-B"], "slow read": ["-X", "-w", "1", "-y", "10", "-n", "1", "-z", "1"]}


@pytest.mark.torture
@pytest.mark.timeout(120)
@pytest.mark.skipif(SLOWHTTPTEST is None, reason="NO SLOWHTTPTEST: install slowhttptest to run its attacks.")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_slowhttptest_finds_no_denial_of_service(tmp_path: Path, attack: list[str]) -> None:
    assert SLOWHTTPTEST is not None
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, head_timeout=5, idle_timeout=5) as gateway,
    ):
        options = ["-c", "500", "-r", "200", "-i", "1", "-l", "20", "-p", "2", "-u", f"{gateway.url}/v1/messages"]
        process = await asyncio.create_subprocess_exec(
            SLOWHTTPTEST, *attack, *options, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        colored, _ = await process.communicate()
        output = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", colored.decode(errors="replace"))
        assert process.returncode == 0, output
        assert set(re.findall(r"service available:\s*(\w+)", output)) == {"YES"}, output
        assert await good_answer(gateway) == MESSAGE
