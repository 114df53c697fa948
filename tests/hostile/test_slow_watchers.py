"""Watchers of the live feeds that do not read: they hold up nobody, and memory stays flat."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from process_memory import MIB, PeakMemory, can_watch

from claudeflare.api.activity import STRATEGY
from claudeflare.live.feed import MOST_READERS, RING_SIZE, Event
from harness.events import Watched, watched

SLOW = MOST_READERS - 1
EVENTS = 30_000
TOLD = b'event: strategy\ndata: {"strategy":"%b"}\n' % (b"x" * 2000)
"""60 MB for each watcher, all in all."""

pytestmark = pytest.mark.skipif(not can_watch(), reason="this system does not tell how much memory was taken")


async def slow_watcher(server: Watched) -> asyncio.StreamWriter:
    """Asks for the feed and never reads a byte of it."""
    port = int(server.url.rpartition(":")[2])
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    _, writer = await asyncio.open_connection(sock=sock, limit=4096)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    token = server.headers["authorization"].encode()
    writer.write(b"GET /api/events?include=strategy HTTP/1.1\r\nhost: localhost\r\nauthorization: %b\r\n\r\n" % token)
    await writer.drain()
    return writer


async def test_watchers_that_do_not_read_take_no_memory_and_nobody_s_time(tmp_path: Path) -> None:
    async with watched(tmp_path / "home") as server:
        feed = server.services.live.activity
        watchers = [await slow_watcher(server) for _ in range(SLOW)]
        async with server.stream("/api/events?include=strategy") as told:
            assert (await anext(told)).kind == "ready"
            async with asyncio.timeout(20):
                while feed.readers < MOST_READERS:
                    await asyncio.sleep(0)
                memory = PeakMemory()
                for _ in range(0, EVENTS, RING_SIZE // 2):
                    feed.publish(Event(STRATEGY, encoded=TOLD) for _ in range(RING_SIZE // 2))
                    # The one that reads is told at once, however many do not.
                    kind = ""
                    while kind != STRATEGY:
                        kind = (await anext(told)).kind
            # What sockets hold of it, a few hundred kilobytes each.
            assert memory.grown < 48 * MIB
            refused = await server_says(server)
            assert b"503" in refused.splitlines()[0]
        for writer in watchers:
            writer.transport.abort()
        async with asyncio.timeout(20):
            while feed.readers:
                await asyncio.sleep(0)


async def server_says(server: Watched) -> bytes:
    """The head of an answer to one watcher too many."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    token = server.headers["authorization"].encode()
    writer.write(b"GET /api/events HTTP/1.1\r\nhost: localhost\r\nauthorization: %b\r\n\r\n" % token)
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head
