"""Upstreams behind an egress proxy: tunneled, verified end to end, and a proxy that says no is said plainly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST, answer
from harness.certificates import Authority
from harness.connect_proxy import connect_proxy
from harness.gateway import account, running_gateway
from harness.upstream import repeat, scripted_upstream

WORK = [account("work")]


async def test_requests_pass_a_proxy_that_sees_only_where_they_go(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with scripted_upstream(repeat(answer), tls=authority.server_context("api.test")) as upstream:
        port = int(upstream.url.rsplit(":", 1)[1])
        async with (
            connect_proxy(port) as proxy,
            running_gateway(
                "https://api.test",
                tmp_path / "journal",
                WORK,
                ssl_cert_file=str(authority.file),
                https_proxy=proxy.url.replace("http://", "http://me:p%40ss@"),
            ) as gateway,
        ):
            client = await gateway.connect()
            for body, expected in ((REQUEST, MESSAGE), (STREAM_REQUEST, STREAM)):
                await client.request(body=body)
                status, _, received = await client.response()
                assert (status, received) == (200, expected)
            client.close()
        assert proxy.heads == [
            b"CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n"
        ]
        assert upstream.peers[0].header(b"host") == [b"api.test"]
        assert upstream.peers[0].header(b"proxy-authorization") == []


async def test_what_no_proxy_names_goes_straight(tmp_path: Path) -> None:
    async with connect_proxy() as proxy:
        settings = {"https_proxy": proxy.url, "no_proxy": (".invalid",)}
        async with running_gateway("https://nobody.invalid", tmp_path, WORK, **settings) as gateway:
            client = await gateway.connect()
            await client.request(body=REQUEST)
            assert (await client.response())[0] == 502
            client.close()
        assert proxy.heads == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "refused a tunnel: 407 Proxy Authentication Required"),
        (b"HTTP/1.0 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope", "refused a tunnel: 403 Forbidden"),
        (b"HTTP/1.1 502\r\n\r\n", "refused a tunnel: 502"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "does not answer in HTTP"),
        (b"", "closed the connection instead of opening a tunnel"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 20_000, "answered with more than 16384 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", "sent bytes into the tunnel"),
    ],
    ids=["credentials", "forbidden", "no reason", "no HTTP", "closed", "endless", "talkative"],
)
async def test_a_proxy_that_opens_no_tunnel(tmp_path: Path, reply: bytes, words: str) -> None:
    async with connect_proxy(reply=reply) as proxy:
        url = proxy.url.replace("http://", "http://me:hidden@")
        async with running_gateway("https://api.test", tmp_path, WORK, https_proxy=url) as gateway:
            client = await gateway.connect()
            await client.request(body=REQUEST)
            status, _, body = await client.response()
            client.close()
            assert status == 502
            message = json.loads(body)["error"]["message"]
            assert message.startswith("Could not connect to https://api.test: proxy 127.0.0.1:")
            assert words in message
            assert "hidden" not in message
            record = await gateway.record()
            assert {attempt.outcome for attempt in record.attempts} == {"connect_failed"}


async def test_a_proxy_that_is_not_there(tmp_path: Path) -> None:
    async with connect_proxy() as proxy:
        gone = proxy.url
    async with running_gateway("https://api.test", tmp_path, WORK, https_proxy=gone) as gateway:
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, _, body = await client.response()
        client.close()
        assert status == 502
        assert b"cannot be reached" in body
