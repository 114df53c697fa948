"""Links to a batch's results lead back to the server; every other byte of every other answer stays as it is."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from claudeflare.gateway.relinking import HELD_LIMIT
from harness.gateway import account, running_gateway
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]
BATCH = "/v1/messages/batches/msgbatch_01abcd"
ENDED = {"id": "msgbatch_01abcd", "results_url": f"https://api.anthropic.com{BATCH}/results", "type": "message_batch"}


async def asked(
    directory: Path, answer: Script, path: str = BATCH, method: str = "GET", *headers: str
) -> tuple[int, dict[str, str], bytes]:
    """What the client of one request gets."""
    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, directory, WORK) as gateway:
        client = await gateway.connect()
        await client.request(path, b"", method, *headers)
        status, fields, body = await client.response()
        client.close()
        assert status == 502 or gateway.records()[0].response_bytes == len(body)
    return status, fields, body


@pytest.mark.parametrize(
    ("method", "path"), [("GET", BATCH), ("POST", f"{BATCH}/cancel?beta=true"), ("POST", "/v1/messages/batches")]
)
async def test_the_link_names_the_host_the_client_used(tmp_path: Path, method: str, path: str) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(json.dumps(ENDED).encode(), b"200 OK", b"request-id: req_1")

    status, fields, body = await asked(tmp_path, answer, path, method)
    assert json.loads(body) == {**ENDED, "results_url": f"http://localhost{BATCH}/results"}
    assert (status, fields["content-length"], fields["request-id"]) == (200, str(len(body)), "req_1")


async def test_the_link_names_the_servers_own_url_where_it_has_one(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(json.dumps(ENDED).encode())

    own = "https://claude.example:8443"
    async with (
        scripted_upstream(repeat(answer)) as upstream,
        running_gateway(upstream.url, tmp_path, WORK, public_url=own) as gateway,
    ):
        client = await gateway.connect()
        await client.request(BATCH, b"", "GET")
        _, _, body = await client.response()
        client.close()
    assert json.loads(body)["results_url"] == f"{own}{BATCH}/results"


async def test_a_list_in_chunks_and_compressed(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        page = gzip.compress(json.dumps({"data": [ENDED, {"results_url": None}]}).encode(), mtime=0)
        await peer.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-encoding: gzip\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        for byte in page:
            await peer.chunk(bytes([byte]))
        await peer.end_stream()

    _, fields, body = await asked(tmp_path, answer, "/v1/messages/batches")
    links = [each["results_url"] for each in json.loads(body)["data"]]
    assert links == [f"http://localhost{BATCH}/results", None]
    assert "content-encoding" not in fields
    assert fields["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (b"200 OK", b"application/json", gzip.compress(b'{"results_url":null}', mtime=0)),
        (b"200 OK", b"application/json", b"not gzip at all"),
        (b"404 Not Found", b"application/json", gzip.compress(json.dumps(ENDED).encode(), mtime=0)),
        (b"200 OK", b"text/plain", gzip.compress(json.dumps(ENDED).encode(), mtime=0)),
    ],
)
async def test_what_has_no_link_stays_as_it_is(tmp_path: Path, status: bytes, content_type: bytes, body: bytes) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.send(
            b"HTTP/1.1 %b\r\ncontent-type: %b\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b"
            % (status, content_type, len(body), body)
        )

    _, fields, got = await asked(tmp_path, answer)
    assert got == body
    assert fields["content-encoding"] == "gzip"


async def test_an_empty_answer_and_one_to_head(tmp_path: Path) -> None:
    async def nothing(peer: UpstreamPeer) -> None:
        await peer.send(b"HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\n\r\n")

    assert (await asked(tmp_path / "a", nothing))[2] == b""

    async def head_only(peer: UpstreamPeer) -> None:
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n")

    async with scripted_upstream(repeat(head_only)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as one:
        client = await one.connect()
        await client.request(BATCH, b"", "HEAD")
        assert b"content-length: 7" in await client.head()
        client.close()


async def test_an_answer_too_large_to_be_held_passes_through(tmp_path: Path) -> None:
    piece = b'"' + b"x" * 1_000_000 + b'",'
    pieces = HELD_LIMIT // len(piece) + 2
    tail = json.dumps(ENDED).encode()

    async def answer(peer: UpstreamPeer) -> None:
        await peer.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % (pieces * len(piece) + len(tail))
        )
        for _ in range(pieces):
            await peer.send(piece)
        await peer.send(tail)

    assert (await asked(tmp_path, answer))[2] == piece * pieces + tail


async def test_an_upstream_that_dies_within_the_answer(tmp_path: Path) -> None:
    async def answer(peer: UpstreamPeer) -> None:
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{")
        peer.reset()

    status, _, body = await asked(tmp_path, answer)
    assert (status, json.loads(body)["error"]["type"]) == (502, "api_error")


async def test_results_are_not_held(tmp_path: Path) -> None:
    """The first line arrives while the upstream still has more to send."""
    line = b'{"custom_id":"a","result":{"type":"succeeded"}}\n'
    first_line_came = asyncio.Event()

    async def answer(peer: UpstreamPeer) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (2 * len(line))
        await peer.send(head + line)
        await first_line_came.wait()
        await peer.send(line)

    async with scripted_upstream(repeat(answer)) as upstream, running_gateway(upstream.url, tmp_path, WORK) as gateway:
        client = await gateway.connect()
        await client.request(f"{BATCH}/results", b"", "GET")
        await client.head()
        assert await client.reader.readexactly(len(line)) == line
        first_line_came.set()
        assert await client.reader.readexactly(len(line)) == line
        client.close()
