"""Many clients at once, on connections that are used again, with retries, partings and answers that make no sense:
what reaches a client is made of its own answer only.

Each request bears a mark of its own; every answer repeats that mark in every part.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.answers import BLOCK, BLOCK_END, END, START, STOP, error_body, event
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, scripted_upstream

ACCOUNTS = [account("work"), account("spare")]
MARK = re.compile(rb"<([0-9]+-[0-9]+)>")
PIECES = 12
FIRST = (
    "good", "good", "good", "529", "500", "429", "reset", "closed", "half a head", "garbage", "more than asked for",
    "an error event", "a stream that breaks off", "a body that breaks off", "an answer in advance",
)  # fmt: skip
CLIENTS = ("whole", "whole", "whole", "in pieces", "half-closes", "leaves at once", "leaves in the middle", "pipelines")


class Turn(NamedTuple):
    """One request: how its first attempt is answered, how its client behaves."""

    first: str
    client: str
    streamed: bool


turns = st.builds(Turn, st.sampled_from(FIRST), st.sampled_from(CLIENTS), st.booleans())
visits = st.lists(st.lists(turns, min_size=1, max_size=6), min_size=2, max_size=24)


class Upstream:
    """Answers a first attempt as its request says, and a second one well."""

    def __init__(self) -> None:
        self._asked: set[bytes] = set()

    async def serve(self, peer: UpstreamPeer) -> None:
        while await peer.read_request():
            mark, first = re.findall(rb"(<[0-9]+-[0-9]+>)([a-z0-9 -]+)", peer.body)[0]
            again = mark in self._asked
            self._asked.add(mark)
            streamed = b'"stream":true' in peer.body
            if not await self._answer(peer, mark, "good" if again else first.decode(), streamed=streamed):
                return

    async def _answer(self, peer: UpstreamPeer, mark: bytes, how: str, *, streamed: bool) -> bool:
        """False: the connection is of no use any more."""
        if how in ("529", "500", "429"):
            kind = {"529": "overloaded_error", "500": "api_error", "429": "rate_limit_error"}[how]
            await peer.answer(error_body(kind, mark.decode()), f"{how} No".encode(), b"retry-after: 0")
            return True
        if how == "reset":
            peer.reset()
            return False
        if how in ("closed", "half a head", "garbage"):
            await peer.send({"closed": b"", "half a head": b"HTTP/1.1 200 OK\r\nx: " + mark, "garbage": mark * 9}[how])
            return False
        if how == "an error event":
            await peer.begin_stream()
            await peer.chunk(event("error", error={"type": "overloaded_error", "message": mark.decode()}))
            await peer.end_stream()
            return True
        if how == "a body that breaks off":
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n" + mark)
            return False
        await self._good(peer, mark, PIECES // 2 if how == "a stream that breaks off" else PIECES, streamed=streamed)
        if how == "more than asked for":
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n" + mark)
        elif how == "an answer in advance":
            await peer.answer(b'{"text":"%b"}' % (mark * PIECES))
        return how == "good"

    async def _good(self, peer: UpstreamPeer, mark: bytes, pieces: int, *, streamed: bool) -> None:
        if not streamed:
            await peer.answer(b'{"type":"message","text":"%b"}' % (mark * PIECES))
            return
        await peer.begin_stream()
        await peer.chunk(START + BLOCK)
        for _ in range(pieces):
            delta = {"type": "text_delta", "text": mark.decode()}
            await peer.chunk(event("content_block_delta", index=0, delta=delta))
            await asyncio.sleep(0)
        if pieces == PIECES:
            await peer.chunk(BLOCK_END + END + STOP)
            await peer.end_stream()


async def visit(gateway: RunningGateway, number: int, plan: list[Turn]) -> None:
    """One client's requests, on one connection as long as that holds."""
    client: RawClient | None = None
    for place, turn in enumerate(plan):
        mark = b"%d-%d" % (number, place)
        client = client or await gateway.connect()
        kept = await take_turn(client, mark, turn)
        if not kept:
            client.close()
            client = None
    if client is not None:
        client.close()


async def take_turn(client: RawClient, mark: bytes, turn: Turn) -> bool:
    """Ask, and look at whatever comes. False: the connection is over."""
    body = b'{"model":"claude-opus-5-5","stream":%b,"messages":[{"role":"user","content":"<%b>%b"}]}' % (
        b"true" if turn.streamed else b"false", mark, turn.first.encode(),
    )  # fmt: skip
    request = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    try:
        if turn.client == "in pieces":
            for start in range(0, len(request), 40):
                await client.send(request[start : start + 40])
                await asyncio.sleep(0)
        else:
            await client.send(request * (2 if turn.client == "pipelines" else 1))
        if turn.client == "leaves at once":
            client.reset()
            return False
        if turn.client == "leaves in the middle":
            own(await client.reader.read(300), mark)
            client.reset()
            return False
        if turn.client == "half-closes":
            client.writer.write_eof()
            own(await client.rest(), mark)
            return False
        for _ in range(2 if turn.client == "pipelines" else 1):
            status, fields, answer = await client.response()
            own(answer, mark)
            if status == 200 and turn.first in ("good", "529", "500", "reset", "closed"):
                assert answer.count(b"<%b>" % mark) == PIECES
            if fields.get("connection") == "close":
                return False
    except (asyncio.IncompleteReadError, ConnectionError):
        return False
    return not client.reader.at_eof()


def own(data: bytes, mark: bytes) -> None:
    assert {*MARK.findall(data)} <= {mark}, data


async def crowd(directory: Path, plans: list[list[Turn]]) -> None:
    upstream = Upstream()
    async with (
        scripted_upstream(upstream.serve) as scripted,
        running_gateway(scripted.url, directory, ACCOUNTS, retry_attempts=3) as gateway,
    ):
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for number, plan in enumerate(plans):
                group.create_task(visit(gateway, number, plan))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(plans=visits)
async def test_every_client_gets_its_own_answer_alone(tmp_path: Path, plans: list[list[Turn]]) -> None:
    await crowd(tmp_path, plans)


@pytest.mark.torture
@pytest.mark.timeout(1200)
@settings(max_examples=500, suppress_health_check=list(HealthCheck))
@given(plans=visits)
async def test_every_client_gets_its_own_answer_alone_however_long(tmp_path: Path, plans: Any) -> None:
    await crowd(tmp_path, plans)
