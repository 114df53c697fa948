"""The gateway's end of its link to control."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from pathlib import Path

import uvloop

from claudeflare.balancing.change import Benched
from claudeflare.gateway.control_link import ControlLink
from claudeflare.gateway.link import MessageDecoder, encode_message
from claudeflare.gateway.messages import Answered, ChangesMade, Hello, LinkMessage, Snapshot
from claudeflare.providers.provider import Credential
from claudeflare.tasks import TaskKeeper
from harness.gateway import account, running_gateway


class ControlEnd:
    """Control's end of a link, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._decoder: MessageDecoder[LinkMessage] = MessageDecoder(LinkMessage)  # type: ignore[arg-type]

    async def receive(self) -> LinkMessage:
        while True:
            if messages := self._decoder.feed(await self.reader.read(65536)):
                assert len(messages) == 1
                return messages[0]

    async def send(self, *messages: LinkMessage) -> None:
        for byte in b"".join(encode_message(message) for message in messages):
            self.writer.write(bytes([byte]))
        await self.writer.drain()


async def pair() -> tuple[ControlEnd, int]:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    return ControlEnd(reader, writer), theirs.detach()


SNAPSHOT = Snapshot(1, [account("work")], {"id-work": Credential("api-key", "sk-ant-1")}, "session", 100.0)


async def test_a_gateway_learns_its_accounts_and_says_what_it_learns(tmp_path: Path) -> None:
    control, descriptor = await pair()
    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        await ControlLink.open(gateway.server, 3, "boot", descriptor)
        assert await control.receive() == Hello(3, os.getpid(), "boot")
        assert gateway.server.control.up
        bench = Benched("id-work", "", 9_999_999_999.0, "rate limited")
        await control.send(ChangesMade([bench]), SNAPSHOT, Answered())
        await gateway.server.control.ready.wait()
        assert gateway.server.health()["accounts"] == {"configured": 1, "available": 0}
        gateway.server.publish([bench])
        assert await control.receive() == ChangesMade([bench])
        control.writer.close()
        while gateway.server.control.up:
            await asyncio.sleep(0)
        assert gateway.server.directory.snapshot is not None


async def test_a_newer_link_replaces_the_old_one(tmp_path: Path) -> None:
    first, one = await pair()
    second, two = await pair()
    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        old = await ControlLink.open(gateway.server, 0, "boot", one)
        await first.receive()
        new = await ControlLink.open(gateway.server, 0, "boot", two)
        old.replace()
        assert isinstance(await second.receive(), Hello)
        assert await first.reader.read() == b""
        assert gateway.server.control.up
        new.replace()
        first.writer.close()
        second.writer.close()


async def test_nonsense_drops_the_link_and_nothing_else(tmp_path: Path) -> None:
    control, descriptor = await pair()
    async with running_gateway("http://127.0.0.1:9", tmp_path, [account("work")]) as gateway:
        await ControlLink.open(gateway.server, 0, "boot", descriptor)
        await control.receive()
        control.writer.write(b"\xff\xff\xff\xff nonsense")
        assert await control.reader.read() == b""
        control.writer.close()
        while gateway.server.control.up:
            await asyncio.sleep(0)
        assert gateway.server.health()["accounts"]["configured"] == 1


def test_a_link_that_is_dead_on_arrival_closes_no_descriptor_but_its_own(tmp_path: Path) -> None:
    """On uvloop, as in the product: it takes a socket object over only once the connection is made."""

    async def arrive() -> None:
        async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
            ours, theirs = socket.socketpair()
            theirs.close()
            opening = TaskKeeper().start(ControlLink.open(gateway.server, 0, "boot", ours.detach()), "open a link")
            taken = []
            while not opening.done():
                await asyncio.sleep(0)
                taken.append(os.open(os.devnull, os.O_RDONLY))
            assert not gateway.server.control.up
            del opening
            gc.collect()
            for descriptor in taken:
                os.close(descriptor)  # fails where somebody else has closed it

    uvloop.run(arrive())
