"""What faults do to an answer on its way, seen from the other end of the socket."""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import brotli
import pytest
import zstandard

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.encoding import accepts
from claudeflare.simulator.faults import ENCODINGS
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from claudeflare.tasks import TaskKeeper
from harness.simulated_api import api_account, simulated_api

BODY = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Any:
    """A fault is no failure of the simulator: uvicorn must not report one."""
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def request(fault: str = "", *, stream: bool = True, accept: str = "identity", method: str = "POST") -> bytes:
    body = json.dumps({**BODY, "stream": stream}).encode()
    head = (
        f"{method} /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: sk-ant-api03-work\r\n"
        f"anthropic-version: 2023-06-01\r\naccept-encoding: {accept}\r\ncontent-length: {len(body)}\r\n"
        f'x-simulator-answer: {{"text": "one two three four"}}\r\n'
    )
    return (head + (f"x-simulator-fault: {fault}\r\n" if fault else "") + "\r\n").encode() + body


class Peer:
    """A client that sees every byte and how the connection ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.received = b""

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> bytes:
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.received += head
        return head

    async def until(self, mark: bytes) -> bytes:
        data = await self.reader.readuntil(mark)
        self.received += data
        return data

    async def to_the_end(self) -> str:
        """Reads everything; `fin` or `rst`."""
        try:
            while data := await self.reader.read(65536):
                self.received += data
        except ConnectionResetError:
            return "rst"
        return "fin"


@asynccontextmanager
async def peer_of(api: SimulatorServer) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection(api.host, api.port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.transport.abort()


def chunks_of(answer: bytes) -> tuple[list[bytes], bool]:
    """The chunks of a chunked answer, and whether it was ended by the terminator."""
    _, _, rest = answer.partition(b"\r\n\r\n")
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if int(size, 16) == 0:
            return chunks, True
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return chunks, False


def events_of(data: bytes) -> list[str]:
    return [line.removeprefix("event: ") for line in data.decode().splitlines() if line.startswith("event: ")]


async def test_a_stream_comes_event_by_event_and_the_connection_lives_on() -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        for _ in range(2):
            peer.send(request())
            head = await peer.head()
            assert b"content-type: text/event-stream; charset=utf-8\r\n" in head
            chunks, whole = chunks_of(head + await peer.until(b"0\r\n\r\n"))
            assert whole
            assert [events_of(chunk) for chunk in chunks[:3]] == [["message_start"], ["content_block_start"], ["ping"]]
            assert events_of(chunks[-1]) == ["message_stop"]
    assert [seen.finished for seen in api.world.seen] == [True, True]


@pytest.mark.parametrize(("fault", "how"), [("reset-before-answer", "rst"), ("close-before-answer", "fin")])
async def test_no_byte_of_an_answer(fault: str, how: str) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(fault))
        assert await peer.to_the_end() == how
        assert peer.received == b""
        await api.world.seen.until(lambda seen: seen[0].finished)
    assert (api.world.seen[0].status, api.world.seen[0].client_disconnected) == (None, False)


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize(("after", "events"), [(";after=0", 0), ("", 3), (";after=5", 5), (";after=999", 9)])
async def test_a_stream_broken_off(how: str, after: str, events: int) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(f"abort-mid-stream;how={how}{after}"))
        assert await peer.to_the_end() == how
        await api.world.seen.until(lambda seen: seen[0].finished)
    chunks, whole = chunks_of(peer.received)
    assert not whole
    assert len(events_of(b"".join(chunks))) == events == api.world.seen[0].parts_sent
    assert "message_stop" not in events_of(b"".join(chunks))


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_whole_answer_broken_off_in_its_middle(how: str) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(f"abort-mid-stream;how={how}", stream=False))
        assert await peer.to_the_end() == how
    head, _, body = peer.received.partition(b"\r\n\r\n")
    announced = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert len(body) == announced // 2


async def test_an_error_as_the_first_event() -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request("529-first-event"))
        assert await peer.to_the_end() == "fin"
    (event,), whole = chunks_of(peer.received)
    assert whole
    assert event == (
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    )
    assert peer.received.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("fault", "events", "kind"),
    [("error-mid-stream", 3, b"overloaded_error"), ("error-mid-stream;after=5;type=api_error", 5, b"api_error")],
)
async def test_an_error_in_the_middle(fault: str, events: int, kind: bytes) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(fault))
        assert await peer.to_the_end() == "fin"
    chunks, _ = chunks_of(peer.received)
    assert len(chunks) == events + 1
    assert events_of(chunks[-1]) == ["error"]
    assert kind in chunks[-1]


@pytest.mark.parametrize(("fault", "status"), [("529-first-event", 529), ("error-mid-stream;type=api_error", 500)])
async def test_faults_of_streams_are_errors_for_others(fault: str, status: int) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(fault, stream=False))
        assert (await peer.head()).startswith(b"HTTP/1.1 %d" % status)


async def test_the_first_byte_may_be_slow() -> None:
    clock = ManualClock()
    async with simulated_api(clock=clock) as api, peer_of(api) as peer:
        peer.send(request("slow-first-byte;seconds=30"))
        await clock.until_somebody_sleeps()
        clock.advance(29)
        assert api.world.seen[0].status is None
        clock.advance(1)
        assert (await peer.head()).startswith(b"HTTP/1.1 200")


async def test_a_stall_sends_nothing_for_as_long_as_it_says() -> None:
    clock = ManualClock()
    async with simulated_api(clock=clock) as api, peer_of(api) as peer:
        peer.send(request("stall;seconds=100"))
        await clock.until_somebody_sleeps()
        assert api.world.seen[0].status is None
        clock.advance(100)
        assert events_of(await peer.until(b"message_stop"))


async def test_a_stream_may_stall_in_its_middle_until_the_client_leaves() -> None:
    async with simulated_api(clock=ManualClock()) as api, peer_of(api) as peer:
        peer.send(request("stall;after=4"))
        await api.world.seen.until(lambda seen: bool(seen) and seen[0].parts_sent == 4)
        await peer.head()
        peer.writer.close()
        await api.world.seen.until(lambda seen: seen[0].client_disconnected)
    assert api.world.seen[0].parts_sent == 4
    assert not api.world.seen[0].finished


async def test_a_client_that_leaves_stops_its_stream() -> None:
    clock = ManualClock()
    async with simulated_api(clock=clock, pacing=Pacing(ttft=0, tokens_per_second=1)) as api, peer_of(api) as peer:
        peer.send(request())
        await peer.until(b"ping")
        await clock.until_somebody_sleeps()
        peer.writer.transport.abort()
        await api.world.seen.until(lambda seen: seen[0].client_disconnected)
    assert api.world.seen[0].parts_sent == 3


async def test_a_client_that_leaves_while_sending_is_noted() -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request()[:-10])
        await api.world.seen.until(lambda seen: len(seen) == 1)
        peer.writer.transport.abort()
        await api.world.seen.until(lambda seen: seen[0].client_disconnected)
    assert api.world.seen[0].account is None


def decoded(encoding: str, data: bytes) -> bytes:
    """Everything that can be read of data that may not be complete."""
    if encoding == "gzip":
        return zlib.decompressobj(wbits=31).decompress(data)
    if encoding == "br":
        return bytes(brotli.Decompressor().process(data))
    return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(data))


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_compressed_stream_can_be_read_event_by_event(encoding: str) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(encoding, accept="gzip, deflate, br, zstd"))
        head = await peer.head()
        chunks, whole = chunks_of(head + await peer.until(b"\r\n0\r\n\r\n"))
    assert f"content-encoding: {encoding}\r\n".encode() in head
    assert whole
    for count, event in ((1, "message_start"), (2, "content_block_start"), (3, "ping")):
        assert events_of(decoded(encoding, b"".join(chunks[:count])))[-1] == event
    assert events_of(decoded(encoding, b"".join(chunks)))[-1] == "message_stop"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_a_compressed_message_is_whole(encoding: str) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request(encoding, stream=False, accept=encoding))
        head = await peer.head()
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert json.loads(decoded(encoding, await peer.reader.readexactly(length)))["type"] == "message"


async def test_a_client_that_takes_no_encoding_gets_none() -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request("gzip", accept="br, gzip;q=0"))
        assert b"content-encoding" not in await peer.head()
    assert accepts("*", "zstd")
    assert accepts("gzip;q=0.5", "gzip")
    assert not accepts("", "gzip")


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_may_come_byte_by_byte(stream: bool) -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request("chunk-bytes", stream=stream))
        chunks, _ = chunks_of(await peer.head() + await peer.until(b"\r\n0\r\n\r\n"))
    assert {len(chunk) for chunk in chunks} == {1}
    assert b"message" in b"".join(chunks)


async def test_faults_combine() -> None:
    async with simulated_api() as api, peer_of(api) as peer:
        peer.send(request("gzip, chunk-bytes, abort-mid-stream;after=2;how=fin", accept="gzip"))
        assert await peer.to_the_end() == "fin"
    chunks, whole = chunks_of(peer.received)
    assert not whole
    assert events_of(decoded("gzip", b"".join(chunks))) == ["message_start", "content_block_start"]
    assert api.world.seen[0].faults == ["gzip", "chunk-bytes", "abort-mid-stream"]


async def test_an_error_bears_headers_of_the_edge_or_of_the_api() -> None:
    async with simulated_api([api_account("work")]) as api, peer_of(api) as peer:
        api.world.inject("520", account="work", times=1)
        peer.send(request())
        page = await peer.until(b"</html>")
        assert page.startswith(b"HTTP/1.1 520")
        assert b"text/html" in page
        assert b"request-id" not in page
        peer.send(request("429-bucket;retry-after=3"))
        answer = await peer.until(b"request_id")
        assert b"\r\nretry-after: 3\r\n" in answer
        assert b"\r\nanthropic-organization-id: " in answer


async def test_leaving_the_server_ends_what_still_runs() -> None:
    keeper = TaskKeeper()
    async with simulated_api(clock=ManualClock()) as api, peer_of(api) as peer:
        peer.send(request("stall"))
        await api.world.seen.until(lambda seen: bool(seen) and seen[0].body_bytes > 0)
        ending = keeper.start(peer.to_the_end(), "reads")
    assert await ending in ("fin", "rst")
    assert api.world.seen[0].client_disconnected
