"""A hostile upstream: no client gets what was not meant for it, and no suspect connection is used again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.answers import REQUEST
from harness.gateway import RawClient, account, running_gateway
from harness.upstream import UpstreamPeer, scripted_upstream

WORK = [account("work")]
OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"content-type: application/json\r\n"
POISON = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nPOISON"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"

UNUSABLE = {
    "two lengths": JSON + b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "two different lengths": JSON + b"content-length: 0\r\ncontent-length: 45\r\n\r\n" + POISON,
    "length list": JSON + b"content-length: 2, 2\r\n\r\n{}",
    "length and chunked": JSON + b"content-length: 5\r\n" + CHUNKED + b"0\r\n\r\n" + POISON,
    "chunked and length": JSON + b"transfer-encoding: chunked\r\ncontent-length: 50\r\n\r\n0\r\n\r\n" + POISON,
    "two codings": JSON + b"transfer-encoding: gzip\r\n" + CHUNKED + b"0\r\n\r\n",
    "unknown coding": JSON + b"transfer-encoding: cow\r\n\r\n" + POISON,
    "chunked in HTTP/1.0": b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
    "negative length": JSON + b"content-length: -1\r\n\r\n" + POISON,
    "length beyond 64 bits": JSON + b"content-length: 18446744073709551616\r\n\r\n" + POISON,
    "HTTP/0.9": b"{}",
    "HTTP/2": b"HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "status of two digits": b"HTTP/1.1 20 OK\r\ncontent-length: 2\r\n\r\n{}",
    "status of four digits": b"HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}",
    "status 600": b"HTTP/1.1 600 No\r\ncontent-length: 2\r\n\r\n{}",
    "status 099": b"HTTP/1.1 099 No\r\ncontent-length: 2\r\n\r\n{}",
    "NUL in a value": JSON + b"x: a\x00b\r\ncontent-length: 2\r\n\r\n{}",
    "NUL in a name": JSON + b"x\x00: a\r\ncontent-length: 2\r\n\r\n{}",
    "NUL in the reason": b"HTTP/1.1 200 O\x00K\r\ncontent-length: 2\r\n\r\n{}",
    "CR in a value": JSON + b"x: a\rset-cookie: b\r\ncontent-length: 2\r\n\r\n{}",
    "space before the colon": JSON + b"content-length : 2\r\n\r\n{}",
    "folded": JSON + b"x: a\r\n content-length: 9\r\ncontent-length: 2\r\n\r\n{}",
    "a name with a space": JSON + b"x y: a\r\ncontent-length: 2\r\n\r\n{}",
    "no colon": JSON + b"x\r\ncontent-length: 2\r\n\r\n{}",
    "header bomb": JSON + b"x: a\r\n" * 100_000 + b"\r\n",
    "a header bomb in one value": JSON + b"x: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a flood of interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000 + JSON + b"content-length: 2\r\n\r\n{}",
    "a flood of early hints": b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 50_000,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + POISON,
    "another protocol, not asked for": b"HTTP/1.1 101 No\r\n\r\n" + POISON,
    "nothing": b"",
    "half a head": JSON + b"content-len",
}


def marked(body: bytes) -> bytes:
    """Who asked."""
    return json.loads(body)["mark"].encode()  # type: ignore[no-any-return]


class Hostile:
    """Answers the first request with given bytes, every later one honestly, on whatever connection it comes."""

    def __init__(self, wire: bytes) -> None:
        self.wire = wire
        self.asked = 0

    async def serve(self, peer: UpstreamPeer) -> None:
        while await peer.read_request():
            self.asked += 1
            if self.asked > 1:
                await peer.answer(b'{"for":"%b"}' % marked(peer.body))
                continue
            try:
                await peer.send(self.wire)
                if self.wire.endswith(b"content-len") or not self.wire:
                    return
            except ConnectionError:
                return


async def ask(client: RawClient, mark: str) -> None:
    await client.request(body=json.dumps({**json.loads(REQUEST), "mark": mark}).encode())


async def answered(client: RawClient, mark: str) -> bool:
    status, _, body = await client.response()
    return status == 200 and json.loads(body) == {"for": mark}


@pytest.mark.parametrize("wire", UNUSABLE.values(), ids=UNUSABLE)
async def test_what_cannot_be_read_is_a_502_and_nobody_elses_answer(tmp_path: Path, wire: bytes) -> None:
    hostile = Hostile(wire)
    async with (
        scripted_upstream(hostile.serve) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, retry_attempts=1) as gateway,
    ):
        victim, other = await gateway.connect(), await gateway.connect()
        await ask(victim, "victim")
        status, _, body = await victim.response()
        assert (status, json.loads(body)["type"]) == (502, "error")
        assert b"POISON" not in body
        # The same client on the same connection, and another one: each its own answer.
        for client, mark in ((victim, "victim"), (other, "other"), (victim, "again")):
            await ask(client, mark)
            assert await answered(client, mark)
        assert upstream.connections == 2, "what had answered like this was used again"
        victim.close()
        other.close()


BROKEN_OFF = {
    "size of an underscore": b"0_2e\r\n",
    "size 0x": b"0x\r\n" + POISON,
    "size with a sign": b"+6\r\nPOISON\r\n",
    "size beyond 64 bits": b"10000000000000006\r\nPOISON\r\n",
    "size ended by LF": b"6\nPOISON\r\n0\r\n\r\n",
    "space before the size": b" 6\r\nPOISON\r\n0\r\n\r\n",
    "no size": b"\r\nPOISON\r\n0\r\n\r\n",
    "chunk longer than said": b"2\r\nPOISON\r\n0\r\n\r\n",
    "NUL in an extension": b"6;a\x00\r\nPOISON\r\n0\r\n\r\n",
    "a length in the trailers": b"0\r\ncontent-length: 6\r\n\r\nPOISON",
    "trailers ended by LF": b"0\r\nx: y\n\nPOISON",
}


@pytest.mark.parametrize("wire", BROKEN_OFF.values(), ids=BROKEN_OFF)
async def test_chunks_that_cannot_be_read_end_the_answer_where_they_begin(tmp_path: Path, wire: bytes) -> None:
    hostile = Hostile(JSON + CHUNKED + b"4\r\ntrue\r\n" + wire)
    async with (
        scripted_upstream(hostile.serve) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        victim, other = await gateway.connect(), await gateway.connect()
        await ask(victim, "victim")
        await victim.head()
        got = await victim.rest()
        # Without its last chunk: the client sees that the answer is not whole.
        assert got in (b"4\r\ntrue\r\n", b"4\r\ntrue\r\n2\r\nPO\r\n")
        await ask(other, "other")
        assert await answered(other, "other")
        assert upstream.connections == 2
        victim.close()
        other.close()


EXTRA = {
    "another answer": POISON,
    "a byte": b"x",
    "line ends": b"\r\n\r\n",
    "a chunk": b"6\r\nPOISON\r\n0\r\n\r\n",
    "an interim answer": b"HTTP/1.1 100 Continue\r\n\r\n",
}
ENDED = {
    "by length": JSON + b"content-length: 4\r\n\r\ntrue",
    "by chunks": JSON + CHUNKED + b"4\r\ntrue\r\n0\r\n\r\n",
    "without a body": OK.replace(b"200 OK", b"204 No Content") + b"\r\n",
    "with a length and no body": OK.replace(b"200 OK", b"304 Not Modified") + b"content-length: 6\r\n\r\n",
}


@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize("extra", EXTRA.values(), ids=EXTRA)
@pytest.mark.parametrize("answer", ENDED.values(), ids=ENDED)
async def test_bytes_behind_an_answer_reach_nobody(tmp_path: Path, answer: bytes, extra: bytes, later: bool) -> None:
    async def serve(peer: UpstreamPeer) -> None:
        if upstream.connections == 1:
            await peer.read_request()
            await peer.send(answer if later else answer + extra)
            if later:
                # As soon as the answer has been read, and before anybody asks for more.
                await read.wait()
                await peer.send(extra)
        while await peer.read_request():
            await peer.answer(b'{"for":"%b"}' % marked(peer.body))

    read = asyncio.Event()
    async with (
        scripted_upstream(serve) as upstream,
        running_gateway(upstream.url, tmp_path, WORK) as gateway,
    ):
        victim, other = await gateway.connect(), await gateway.connect()
        await ask(victim, "victim")
        _, _, body = await victim.response()
        assert body in (b"true", b"")
        if later:
            read.set()
            (peer,) = upstream.peers
            await until_closed(peer)
        for client, mark in ((other, "other"), (victim, "again")):
            await ask(client, mark)
            assert await answered(client, mark)
        # Empty lines say nothing to anybody: they may be passed over (RFC 9112 §2.2), or taken for what they are.
        assert upstream.connections == 2 or extra == EXTRA["line ends"]
        victim.close()
        other.close()


async def until_closed(peer: UpstreamPeer) -> None:
    """Until the gateway has closed a connection on which it got bytes nobody asked for."""
    while not peer.reader.at_eof() and not peer.writer.is_closing():
        await asyncio.sleep(0)


async def test_an_answer_before_the_request_is_whole_ends_the_connection(tmp_path: Path) -> None:
    async def early(peer: UpstreamPeer) -> None:
        if upstream.connections > 1:
            while await peer.read_request():
                await peer.answer(b'{"for":"%b"}' % marked(peer.body))
            return
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.answer(b"{}", b"413 Too Large")
        assert await peer.gone()

    async with (
        scripted_upstream(early) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, replay_limit_bytes=0) as gateway,
    ):
        victim, other = await gateway.connect(), await gateway.connect()
        await victim.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n" + b"x" * 10)
        assert (await victim.response())[0] == 413
        await ask(other, "other")
        assert await answered(other, "other")
        assert upstream.connections == 2
        # What still comes of the refused body is nobody's request.
        await victim.send(b"GET /v1/hidden HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert await victim.rest() == b""
        victim.close()
        other.close()


async def test_pipelined_answers_before_they_are_asked_for(tmp_path: Path) -> None:
    """Answers to requests that will come are worth nothing: whoever comes asks for himself."""

    async def hasty(peer: UpstreamPeer) -> None:
        if upstream.connections > 1:
            while await peer.read_request():
                await peer.answer(b'{"for":"%b"}' % marked(peer.body))
            return
        await peer.read_request()
        await peer.send(JSON + b"content-length: 14\r\n\r\n" + b'{"for":"mark"}' + POISON * 100)
        await peer.gone()

    async with scripted_upstream(hasty) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        clients = [await gateway.connect() for _ in range(10)]
        await ask(clients[0], "mark")
        assert await answered(clients[0], "mark")
        for client in clients:
            await ask(client, "a")
        assert all([await answered(client, "a") for client in clients])
        for client in clients:
            client.close()
