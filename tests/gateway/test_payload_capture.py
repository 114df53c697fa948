"""Bodies of requests and answers as they crossed the wire, through a real gateway."""

from __future__ import annotations

import asyncio
import gzip
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claudeflare.gateway.api_exchange import ApiExchange
from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.payload_capture import CAPTURED_PATHS, CapturedExchange
from claudeflare.gateway.payload_fields import REDACTED
from claudeflare.gateway.payload_writer import PayloadWriter
from claudeflare.gateway.request_body import RequestBody
from claudeflare.gateway.response_writer import ResponseWriter
from claudeflare.journal.payloads import Payload, payload_directory
from gateway.answers import BLOCK, DELTA, EVENTS, MESSAGE, REQUEST, START, STREAM, STREAM_REQUEST, error_body
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.payload_segments import payload_writer, payloads_in
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


class Capturing:
    """A gateway that captures, and what it has captured once it has ended."""

    def __init__(self, gateway: RunningGateway, payloads: PayloadWriter, journal: Path) -> None:
        self.gateway = gateway
        self.payloads = payloads
        self._journal = journal

    def ended(self) -> dict[str, Payload]:
        """The only request's parts."""
        captured = payloads_in(self._journal)
        assert len({payload.id for payload in captured}) <= 1
        assert len({payload.part for payload in captured}) == len(captured)
        assert self.payloads.held_bytes == 0
        return {payload.part: payload for payload in captured}


@asynccontextmanager
async def capturing(
    directory: Path,
    *scripts: Script,
    limit: int = 1 << 20,
    queue_bytes: int = 1 << 24,
    accounts: Sequence[object] = WORK,
    **configured: object,
) -> AsyncIterator[Capturing]:
    """Payloads are on disk when this ends."""
    payloads = payload_writer(directory, limit=limit, queue_bytes=queue_bytes)
    payloads.start()
    async with (
        scripted_upstream(*scripts) as upstream,
        running_gateway(upstream.url, directory, accounts, **configured) as gateway,  # type: ignore[arg-type]
    ):
        gateway.server.payloads = payloads
        yield Capturing(gateway, payloads, directory)
    await asyncio.to_thread(payloads.close)


async def document(peer: UpstreamPeer) -> None:
    await peer.read_request()
    await peer.answer(MESSAGE, b"200 OK", b"x-set-by-upstream: planted", b"request-id: req_1")


def stream_in(pieces: Sequence[bytes]) -> Script:
    async def script(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        for piece in pieces:
            await peer.chunk(piece)
        await peer.end_stream()

    return script


async def ask(this: Capturing, body: bytes = REQUEST, path: str = "/v1/messages", *headers: str) -> bytes:
    client = await this.gateway.connect()
    await client.request(path, body, "POST", *headers)
    _, _, answer = await client.response()
    client.close()
    return answer


async def test_a_document(tmp_path: Path) -> None:
    async with capturing(tmp_path, document) as this:
        answer = await ask(this, REQUEST, "/v1/messages", "x-api-key: planted", "Anthropic-Version: 2023-06-01")
        record = await this.gateway.record()
    parts = this.ended()
    request, response = parts["request"], parts["response"]
    assert (request.body, request.size) == (REQUEST, len(REQUEST))
    assert (response.body, response.size) == (answer, len(MESSAGE))
    assert request.id == response.id == record.id
    assert request.at == record.started_at <= response.at
    assert request.fields == [
        ("host", "localhost"),
        ("x-api-key", REDACTED),
        ("Anthropic-Version", "2023-06-01"),
        ("content-length", str(len(REQUEST))),
    ]
    fields = dict(response.fields)
    assert fields["x-set-by-upstream"] == REDACTED
    assert fields["request-id"] == "req_1"
    assert fields["x-claudeflare-request-id"] == record.id
    assert fields["x-claudeflare-account"] == "work"


@given(st.lists(st.integers(min_value=1, max_value=len(STREAM) - 1), max_size=12, unique=True))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stream_in_any_pieces(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(edges)]

    async def run(directory: Path) -> dict[str, Payload]:
        async with capturing(directory, stream_in(pieces)) as this:
            assert await ask(this, STREAM_REQUEST) == STREAM
        return this.ended()

    with tempfile.TemporaryDirectory() as directory:
        response = asyncio.run(run(Path(directory)))["response"]
    assert (response.body, response.size) == (STREAM, len(STREAM))


async def test_a_stream_event_by_event(tmp_path: Path) -> None:
    async with capturing(tmp_path, stream_in(EVENTS)) as this:
        assert await ask(this, STREAM_REQUEST) == STREAM
    assert this.ended()["response"].body == STREAM


async def test_compressed_bodies_stay_as_they_are(tmp_path: Path) -> None:
    packed = gzip.compress(MESSAGE)

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(packed, b"200 OK", b"content-encoding: gzip")

    async with capturing(tmp_path, answer) as this:
        assert await ask(this) == packed
    response = this.ended()["response"]
    assert (response.body, response.size, response.content_encoding) == (packed, len(packed), "gzip")


async def test_what_is_beyond_the_limit_is_counted_only(tmp_path: Path) -> None:
    async with capturing(tmp_path, stream_in(EVENTS), limit=100) as this:
        assert await ask(this, STREAM_REQUEST + b" " * 100) == STREAM
    parts = this.ended()
    assert (parts["request"].body, parts["request"].size) == (STREAM_REQUEST[:100], len(STREAM_REQUEST) + 100)
    assert (parts["response"].body, parts["response"].size) == (STREAM[:100], len(STREAM))


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize("limit", [1 << 20, 30_000])
async def test_a_body_too_large_to_be_held(tmp_path: Path, limit: int, chunked: bool) -> None:
    body = os.urandom(50_000)
    async with capturing(tmp_path, document, limit=limit, replay_limit_bytes=10_000) as this:
        client = await this.gateway.connect()
        if chunked:
            await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
            for start in range(0, len(body), 9_000):
                piece = body[start : start + 9_000]
                await client.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            await client.send(b"0\r\n\r\n")
        else:
            await client.request(body=body)
        await client.response()
        client.close()
    request = this.ended()["request"]
    assert (request.body, request.size) == (body[:limit], len(body))


async def test_only_the_answer_that_was_relayed_is_kept(tmp_path: Path) -> None:
    async def limited(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(error_body("rate_limit_error"), b"429 Too Many Requests", b"retry-after: 60")

    both = [account("one"), account("two")]
    async with capturing(tmp_path, limited, document, accounts=both) as this:
        assert await ask(this) == MESSAGE
        assert len((await this.gateway.record()).attempts) == 2
    assert this.ended()["response"].body == MESSAGE


async def test_an_answer_that_breaks_off_ends_as_the_client_saw_it(tmp_path: Path) -> None:
    async def breaking(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        peer.reset()

    async with capturing(tmp_path, breaking) as this:
        client = await this.gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        await client.rest()
        client.close()
        record = await this.gateway.record()
    response = this.ended()["response"]
    assert record.terminal_state == "truncated"
    assert response.body.startswith(START + BLOCK + DELTA + b"event: error")
    assert response.size == len(response.body)


async def leaves_while_streaming(this: Capturing) -> None:
    client = await this.gateway.connect()
    await client.request(body=STREAM_REQUEST)
    await client.head()
    async for _ in client.chunks():
        break
    client.reset()


async def test_a_client_that_leaves_in_the_middle(tmp_path: Path) -> None:
    async def endless(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.begin_stream()
        await peer.chunk(START + BLOCK + DELTA)
        await peer.gone()

    async with capturing(tmp_path, endless) as this:
        await leaves_while_streaming(this)
        assert (await this.gateway.record()).terminal_state == "client_closed"
    parts = this.ended()
    assert parts["request"].body == STREAM_REQUEST
    assert parts["response"].body == START + BLOCK + DELTA


async def test_a_client_that_leaves_before_its_request_is_whole(tmp_path: Path) -> None:
    async with capturing(tmp_path, document) as this:
        client = await this.gateway.connect()
        await client.send(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{}")
        client.close()
        await this.gateway.record()
    parts = this.ended()
    assert parts.keys() == {"request"}
    assert (parts["request"].body, parts["request"].size) == (b"{}", 2)


async def test_requests_that_were_cut_off_at_the_end_are_kept_as_far_as_they_came(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless(peer: UpstreamPeer) -> None:
        await peer.read_request()
        begun.set()
        await peer.gone()

    async with capturing(tmp_path, endless) as this:
        client = await this.gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await begun.wait()
    client.close()
    assert this.ended().keys() == {"request"}


async def test_what_claudeflare_answers_itself_is_kept_too(tmp_path: Path) -> None:
    async with capturing(tmp_path, document) as this:
        answer = await ask(this, b"x" * 20, "/v1/messages", "x-claudeflare-account: nobody")
        assert (await this.gateway.record()).terminal_state == "refused"
    parts = this.ended()
    assert b"names no account" in parts["response"].body
    assert parts["response"].body == answer
    assert parts["request"].body == b"x" * 20


async def test_pipelined_requests_are_kept_apart(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(MESSAGE)

    async with capturing(tmp_path, repeat(answer)) as this:
        client = await this.gateway.connect()
        for number in range(3):
            await client.request(body=b'{"number":%d}' % number)
        for _ in range(3):
            await client.response()
        client.close()
    captured = payloads_in(tmp_path)
    assert [payload.body for payload in captured if payload.part == "request"] == [
        b'{"number":%d}' % number for number in range(3)
    ]
    assert [payload.body for payload in captured if payload.part == "response"] == [MESSAGE] * 3
    assert len({payload.id for payload in captured}) == 3


@pytest.mark.parametrize("path", sorted(CAPTURED_PATHS))
async def test_prompts_are_captured(tmp_path: Path, path: bytes) -> None:
    async with capturing(tmp_path, document) as this:
        await ask(this, REQUEST, path.decode())
    assert this.ended().keys() == {"request", "response"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("POST", "/v1/files"),
        ("POST", "/v1/messages/batches/msgbatch_1/cancel"),
        ("GET", "/v1/messages/batches"),
        ("GET", "/v1/messages/batches/msgbatch_1/results"),
        ("DELETE", "/v1/files/file_1"),
        ("GET", "/health"),
    ],
)
async def test_nothing_else_is(tmp_path: Path, method: str, path: str) -> None:
    async with capturing(tmp_path, document) as this:
        client = await this.gateway.connect()
        await client.request(path, b"{}" if method == "POST" else b"", method)
        await client.response()
        client.close()
    assert this.ended() == {}


async def test_without_room_the_answer_is_relayed_and_its_payload_counted(tmp_path: Path) -> None:
    large = os.urandom(200_000)

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(large)

    async with capturing(tmp_path, answer, queue_bytes=65_536) as this:
        assert await ask(this) == large
        assert this.payloads.shed == 1
    assert this.ended().keys() == {"request"}


async def test_what_was_shed_is_reported_to_control(tmp_path: Path) -> None:
    told: list[object] = []
    async with capturing(tmp_path, document) as this:
        server = this.gateway.server
        server.control.connected(told.append)
        this.payloads.lose()
        server.control.report()
    assert [getattr(message, "shed_payloads", None) for message in told] == [1]


def classes_in_use(client_side: Exchange) -> list[type]:
    assert isinstance(client_side, ApiExchange)
    return [type(client_side), type(client_side.body), type(client_side.writer)]


async def test_off_nothing_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[type]] = []

    async def answer(peer: UpstreamPeer) -> None:
        await peer.read_request()
        [connection] = gateway.server._connections
        seen.append(classes_in_use(connection._queue[0]))
        await peer.answer(MESSAGE)

    async with scripted_upstream(answer) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        assert gateway.server.payloads is None
        client: RawClient = await gateway.connect()
        await client.request(body=REQUEST)
        await client.response()
        client.close()
    assert seen == [[ApiExchange, RequestBody, ResponseWriter]]
    assert not payload_directory(tmp_path).exists()
    assert issubclass(CapturedExchange, ApiExchange)


NAME = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzABC0123456789-_."), min_size=1, max_size=16)
PREFIX = st.sampled_from(["", "anthropic-", "x-stainless-", "x-claudeflare-", "Accept-", "x-"])
SECRET_WORD = st.sampled_from(["key", "Token", "SECRET", "authorization", "cookie", "credentials"])


@given(st.lists(st.tuples(PREFIX, NAME, SECRET_WORD), min_size=1, max_size=8, unique_by=lambda name: name[1].lower()))
@settings(max_examples=15, deadline=None)
def test_planted_secrets_reach_no_segment(names: list[tuple[str, str, str]]) -> None:
    secret = "sk-ant-planted"
    lines = [f"{prefix}{name}-{word}: {secret}" for prefix, name, word in names]
    lines += [f"unheard-of-{name}: {secret}" for _, name, _ in names]
    lines += [f"authorization: Bearer {secret}", f"cookie: session={secret}", f"x-api-key: {secret}"]

    async def run(directory: Path) -> None:
        async def answer(peer: UpstreamPeer) -> None:
            await peer.read_request()
            await peer.answer(MESSAGE, b"200 OK", *(line.encode() for line in lines))

        async with capturing(directory, answer) as this:
            assert await ask(this, REQUEST, "/v1/messages", *lines) == MESSAGE
        assert this.ended().keys() == {"request", "response"}

    with tempfile.TemporaryDirectory() as home:
        directory = Path(home)
        asyncio.run(run(directory))
        segments = list(payload_directory(directory).iterdir())
        assert segments
        assert not [segment for segment in segments if secret.encode() in segment.read_bytes()]
