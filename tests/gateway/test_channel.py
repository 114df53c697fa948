"""Messages and descriptors over a real socketpair."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.gateway.channel import QUEUE_LIMIT, ChannelEnd
from claudeflare.gateway.link import MESSAGE_LIMIT, encode_message
from claudeflare.gateway.messages import ChannelMessage, ControlStart, NewLink, Ready
from claudeflare.settings import Settings


class Inbox:
    """What one end was given."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[ChannelMessage, int | None]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.times_closed = 0

    def on_message(self, message: ChannelMessage, fd: int | None) -> None:
        self.queue.put_nowait((message, fd))

    def on_closed(self) -> None:
        self.times_closed += 1
        self.closed.set()


@asynccontextmanager
async def receiving() -> AsyncIterator[tuple[socket.socket, ChannelEnd, Inbox]]:
    """A raw socket, and the ChannelEnd at its other end."""
    raw, sock = socket.socketpair()
    inbox = Inbox()
    end = ChannelEnd(sock, inbox.on_message, inbox.on_closed)
    try:
        with raw:
            yield raw, end, inbox
    finally:
        end.close()
        while not inbox.queue.empty():
            _, fd = inbox.queue.get_nowait()
            if fd is not None:
                os.close(fd)


def labeled(text: str) -> int:
    """A descriptor that can be recognized: the read end of a pipe holding `text`."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return reading


def label(fd: int | None) -> str:
    assert fd is not None
    try:
        return os.read(fd, 100).decode()
    finally:
        os.close(fd)


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


@contextmanager
def no_more_descriptors() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


async def test_each_descriptor_stays_with_its_message_however_many_wait() -> None:
    async with receiving() as (raw, _, inbox):
        for worker in range(100):
            fd = labeled(f"link {worker}")
            socket.send_fds(raw, [encode_message(NewLink(worker))], [fd])
            os.close(fd)
            raw.sendall(encode_message(Ready()))
        for worker in range(100):
            message, received = await inbox.queue.get()
            assert message == NewLink(worker)
            assert label(received) == f"link {worker}"
            assert await inbox.queue.get() == (Ready(), None)


@settings(max_examples=40, deadline=None)
@given(
    carries=st.lists(st.booleans(), min_size=1, max_size=8),
    cuts=st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=30),
)
def test_any_chunking_gives_the_same_messages(carries: list[bool], cuts: list[int]) -> None:
    asyncio.run(_any_chunking(carries, cuts))


async def _any_chunking(carries: list[bool], cuts: list[int]) -> None:
    async with receiving() as (raw, _, inbox):
        for number, carried in enumerate(carries):
            data = encode_message(NewLink(number))
            for turn in range(len(data)):
                size = cuts[(number + turn) % len(cuts)]
                chunk, data = data[:size], data[size:]
                if not chunk:
                    break
                if turn == 0 and carried:
                    fd = labeled(str(number))
                    socket.send_fds(raw, [chunk], [fd])
                    os.close(fd)
                else:
                    raw.sendall(chunk)
                await asyncio.sleep(0)
        for number, carried in enumerate(carries):
            message, received = await inbox.queue.get()
            assert message == NewLink(number)
            assert (label(received) == str(number)) if carried else (received is None)


async def test_a_message_larger_than_the_socket_takes_is_sent_bit_by_bit_and_in_order() -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox()
    sender = ChannelEnd(ours, Inbox().on_message, Inbox().on_closed)
    receiver = ChannelEnd(theirs, inbox.on_message, inbox.on_closed)
    start = ControlStart(Settings(), journal_directory="x" * 3_000_000, control_socket="")
    first, second = labeled("first"), labeled("second")
    before = open_descriptors()
    sender.send(start, first)
    sender.send(NewLink(7), second)
    os.close(first)  # the caller may close at once, sent or not
    os.close(second)
    message, fd = await inbox.queue.get()
    assert message == start
    assert label(fd) == "first"
    message, fd = await inbox.queue.get()
    assert message == NewLink(7)
    assert label(fd) == "second"
    assert repr(sender) == "<ChannelEnd 0 waiting>"
    assert open_descriptors() == before - 2
    sender.close()
    await inbox.closed.wait()
    assert repr(receiver) == "<ChannelEnd closed>"


async def test_the_other_end_going_is_told_once() -> None:
    async with receiving() as (raw, end, inbox):
        raw.close()
        await inbox.closed.wait()
        end.send(Ready())
        end.close()
    assert inbox.times_closed == 1


async def test_sending_to_an_end_that_went_is_told_as_well() -> None:
    ours, theirs = socket.socketpair()
    inbox = Inbox()
    end = ChannelEnd(ours, inbox.on_message, inbox.on_closed)
    theirs.close()
    end.send(Ready())
    assert inbox.times_closed == 0  # never from inside `send`
    await inbox.closed.wait()
    assert inbox.times_closed == 1


async def test_closing_it_ourselves_is_not_told() -> None:
    async with receiving() as (_, end, inbox):
        end.close()
        await asyncio.sleep(0)
    assert inbox.times_closed == 0


@pytest.mark.parametrize(
    "nonsense",
    [
        (MESSAGE_LIMIT + 1).to_bytes(4, "big"),
        (0).to_bytes(4, "big"),
        b"\0\0\0\x01\xc1",  # never valid in MessagePack
        encode_message({"type": "Unknown"}),
    ],
)
async def test_nonsense_closes_the_channel(nonsense: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as (raw, end, inbox):
        raw.sendall(nonsense)
        await inbox.closed.wait()
        assert end.closed
    assert "carries nonsense" in caplog.text


async def test_a_descriptor_of_an_unfinished_message_is_closed() -> None:
    before = open_descriptors()
    async with receiving() as (raw, end, inbox):
        fd = labeled("lost")
        socket.send_fds(raw, [encode_message(NewLink(1))[:3]], [fd])
        os.close(fd)
        raw.shutdown(socket.SHUT_WR)
        await inbox.closed.wait()
        assert end.closed
    assert open_descriptors() == before


async def test_a_received_descriptor_is_not_inherited() -> None:
    async with receiving() as (raw, _, inbox):
        socket.send_fds(raw, [encode_message(NewLink(1))], [raw.fileno()])
        _, fd = await inbox.queue.get()
        assert fd is not None
        assert not os.get_inheritable(fd)
        os.close(fd)


async def test_a_peer_that_does_not_read_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    before = open_descriptors()
    ours, theirs = socket.socketpair()
    inbox = Inbox()
    end = ChannelEnd(ours, inbox.on_message, inbox.on_closed)
    with theirs:
        large = ControlStart(Settings(), journal_directory="x" * 1_000_000, control_socket="")
        for _ in range(QUEUE_LIMIT + 1):
            end.send(large, theirs.fileno())
    assert end.closed
    assert inbox.times_closed == 1
    assert "has stopped reading" in caplog.text
    assert open_descriptors() == before


async def test_an_error_of_the_callee_is_not_taken_for_the_channels() -> None:
    raw, sock = socket.socketpair()
    inbox = Inbox()
    reported: list[BaseException | None] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context.get("exception")))

    def failing_once(message: ChannelMessage, fd: int | None) -> None:
        if message == NewLink(1):
            raise OSError("of the callee")
        inbox.on_message(message, fd)

    end = ChannelEnd(sock, failing_once, inbox.on_closed)
    with raw:
        raw.sendall(encode_message(NewLink(1)) + encode_message(NewLink(2)))
        assert await inbox.queue.get() == (NewLink(2), None)
    end.close()
    assert [str(error) for error in reported] == ["of the callee"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux says that it dropped a descriptor")
async def test_a_descriptor_the_kernel_had_no_room_for_closes_the_channel(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as (raw, _, inbox):
        with caplog.at_level(logging.ERROR), no_more_descriptors():
            socket.send_fds(raw, [encode_message(NewLink(1))], [raw.fileno()])
            await inbox.closed.wait()
        assert inbox.queue.empty()
    assert "limit of open files" in caplog.text
