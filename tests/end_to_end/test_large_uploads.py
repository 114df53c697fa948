"""Uploads far larger than the memory they may take: passed on as they come, and no faster than the API takes them."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.server import ClaudeflareServer, claudeflare_server
from harness.upstream import ScriptedUpstream, UpstreamPeer, scripted_upstream

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEGABYTE = 1_048_576
SIZE = 300 * MEGABYTE
MAY_GROW = 24 * MEGABYTE
"""What sockets and buffers on the way may hold, and the allocator may not give back."""
FILE = b'{"id":"file_011Cabcd","type":"file"}'
READ = 65_536


class SlowApi:
    """Takes uploads only as long as it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.received = 0

    async def serve(self, peer: UpstreamPeer) -> None:
        while True:
            try:
                peer.head = await peer.reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            left = int((peer.header(b"content-length") or [b"0"])[0])
            while left:
                await self.open.wait()
                data = await peer.reader.read(min(left, READ))
                if not data:
                    return
                left -= len(data)
                self.received += len(data)
            await peer.answer(FILE)


@pytest.fixture(scope="module")
def slow_api() -> SlowApi:
    return SlowApi()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def upstream(slow_api: SlowApi) -> AsyncIterator[ScriptedUpstream]:
    async with scripted_upstream(slow_api.serve) as scripted:
        yield scripted


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(
    upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ClaudeflareServer]:
    async with claudeflare_server(upstream.url, tmp_path_factory.mktemp("uploads") / "home") as running:
        await running.add("alpha", "beta")
        yield running


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) * 1024


async def test_memory_stays_bounded_and_a_slow_api_slows_the_client(
    server: ClaudeflareServer, slow_api: SlowApi, tmp_path: Path
) -> None:
    gateway = server.pid("gateway")
    before = resident(gateway)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    head = (
        f"POST /v1/files HTTP/1.1\r\nhost: localhost\r\nx-claudeflare-account: alpha\r\ncontent-length: {SIZE}\r\n"
        "content-type: multipart/form-data; boundary=x\r\n\r\n"
    )
    writer.write(head.encode())
    piece = bytes(MEGABYTE)
    sent = 0
    most = before
    while sent < SIZE:
        writer.write(piece)
        sent += len(piece)
        try:
            await asyncio.wait_for(writer.drain(), 1.0)
        except TimeoutError:
            # Nobody takes anything any more: what was sent lies in buffers between here and there.
            assert not slow_api.open.is_set()
            assert sent < MAY_GROW
            slow_api.open.set()
        if sent % (30 * MEGABYTE) == 0:
            most = max(most, resident(gateway))
    assert slow_api.open.is_set()
    answer = await reader.readuntil(FILE)
    assert answer.startswith(b"HTTP/1.1 200")
    assert slow_api.received == SIZE
    assert max(most, resident(gateway)) - before < MAY_GROW
    writer.write(b"GET /v1/files/file_011Cabcd HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert b"\r\nx-claudeflare-account: alpha\r\n" in await reader.readuntil(FILE)
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_leaves_within_an_upload(server: ClaudeflareServer, slow_api: SlowApi) -> None:
    slow_api.open.set()
    _, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99000000\r\n\r\n" + bytes(MEGABYTE))
    await writer.drain()
    writer.transport.abort()
    (record,) = await server.requests(lambda newest: len(newest) == 1, status="client_closed")
    assert record["path"] == "/v1/files"
