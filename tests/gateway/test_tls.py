"""Upstreams behind TLS: verified, reused, and never fallen back from."""

from __future__ import annotations

from pathlib import Path

from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST, answer
from harness.certificates import Authority
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = [account("work")]


async def test_documents_and_streams_pass_over_one_connection(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with (
        scripted_upstream(repeat(answer), tls=authority.server_context("127.0.0.1")) as upstream,
        running_gateway(upstream.url, tmp_path / "journal", WORK, ssl_cert_file=str(authority.file)) as gateway,
    ):
        client = await gateway.connect()
        for body, expected in ((REQUEST, MESSAGE), (STREAM_REQUEST, STREAM)) * 2:
            await client.request(body=body)
            status, _, received = await client.response()
            assert (status, received) == (200, expected)
        client.close()
        assert upstream.connections == 1


async def test_a_large_body_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    body = b'{"model":"claude-opus-5-5","x":"' + b"x" * 3_000_000 + b'"}'

    async def echo(peer: UpstreamPeer) -> None:
        await peer.answer(peer.body)

    async with (
        scripted_upstream(repeat(echo), tls=authority.server_context("127.0.0.1")) as upstream,
        running_gateway(upstream.url, tmp_path / "journal", WORK, ssl_cert_file=str(authority.file)) as gateway,
    ):
        client = await gateway.connect()
        for _ in range(2):
            await client.request(body=body)
            assert (await client.response())[2] == body
        client.close()


async def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with (
        scripted_upstream(repeat(answer), tls=authority.server_context("127.0.0.1")) as upstream,
        running_gateway(upstream.url, tmp_path / "journal", WORK) as gateway,
    ):
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, _, body = await client.response()
        client.close()
        assert status == 502
        assert b"certificate verify failed" in body
        assert (await gateway.record()).attempts[0].outcome == "connect_failed"


async def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with (
        scripted_upstream(repeat(answer), tls=authority.server_context("other.example")) as upstream,
        running_gateway(upstream.url, tmp_path / "journal", WORK, ssl_cert_file=str(authority.file)) as gateway,
    ):
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, _, body = await client.response()
        client.close()
        assert status == 502
        assert b"IP address mismatch" in body


async def test_an_upstream_without_tls_is_not_fallen_back_to(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(answer)) as upstream:
        url = upstream.url.replace("http:", "https:")
        async with running_gateway(url, tmp_path / "journal", WORK, connect_timeout=0.2) as gateway:
            client = await gateway.connect()
            await client.request(body=REQUEST)
            assert (await client.response())[0] == 502
            client.close()
            assert b"sk-ant" not in b"".join(peer.head for peer in upstream.peers)
