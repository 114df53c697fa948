"""The way to an upstream, with everything that can stand in it."""

from __future__ import annotations

import asyncio
import re
import socket
from email.utils import formatdate
from pathlib import Path

import pytest

from claudeflare.diagnosis.clock import Reading
from claudeflare.diagnosis.finding import Finding
from claudeflare.diagnosis.tls_trouble import certificate_words
from claudeflare.diagnosis.upstream import CERTIFICATE_SECONDS, Looked, look_at_upstream
from claudeflare.diagnosis.upstream_probe import Probe, Step
from claudeflare.gateway.origin import parse_upstream
from claudeflare.settings import Settings
from harness.certificates import Authority
from harness.connect_proxy import connect_proxy
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

NOW = 1_795_369_200.0
PATIENT = CERTIFICATE_SECONDS + 3.0
IMPATIENT = CERTIFICATE_SECONDS + 1.0


async def hello(peer: UpstreamPeer) -> None:
    await peer.send(b"HTTP/1.1 404 Not Found\r\ndate: " + formatdate(NOW - 40, usegmt=True).encode() + b"\r\n\r\n")


async def look(url: str, seconds: float = PATIENT, **settings: object) -> Looked:
    return await look_at_upstream(url, Settings(**settings), lambda: NOW, seconds)  # type: ignore[arg-type]


async def problem_of(url: str, seconds: float = PATIENT, **settings: object) -> Finding:
    finding, reading = await look(url, seconds, **settings)
    assert (finding.state, reading) == ("problem", None)
    assert finding.cure
    return finding


async def test_whatever_is_answered_the_way_is_open() -> None:
    async with scripted_upstream(repeat(hello)) as upstream:
        finding, reading = await look(f"{upstream.url}/anthropic")
        assert finding.summary == f"{upstream.url} can be reached (it answered 404)."
        assert finding.state == "ok"
        assert reading == Reading(upstream.url, NOW - 40, NOW)
        head = upstream.peers[0].head.decode()
    assert head.startswith("HEAD /anthropic/ HTTP/1.1\r\nhost: 127.0.0.1:")
    assert not re.search("authorization|api-key|anthropic-", head.partition("\r\n")[2], re.IGNORECASE)


async def test_a_probe_tells_how_far_it_came() -> None:
    probe = Probe(Settings(), parse_upstream("http://127.0.0.1:1"))
    with pytest.raises(OSError, match="1"):
        await probe.run()
    assert (probe.step, probe.proxy) == (Step.CONNECTION, None)


async def test_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with scripted_upstream(repeat(hello), tls=authority.server_context("127.0.0.1")) as upstream:
        finding, _ = await look(upstream.url, ssl_cert_file=str(authority.file))
    assert finding.state == "ok", finding


async def test_certificates(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ours, foreign = Authority(tmp_path), Authority(elsewhere)

    async def shown(context: object, words: str, cure: str, trusted: str = str(ours.file)) -> None:
        async with scripted_upstream(repeat(hello), tls=context) as upstream:  # type: ignore[arg-type]
            found = await problem_of(upstream.url, ssl_cert_file=trusted)
        assert found.summary.startswith(words)
        assert found.cure is not None
        assert cure in found.cure
        assert found.detail is not None
        assert "issued by Test authority, valid until 20" in found.detail

    await shown(ours.server_context("127.0.0.1", expired=True), "The certificate of 127.0.0.1 has expired.", "date")
    await shown(
        ours.server_context("other.example"), "The certificate that 127.0.0.1 shows is for another name.", "host"
    )
    nobody = "The certificate of 127.0.0.1 is signed by nobody this machine trusts: it is self-signed, or a proxy on"
    await shown(foreign.server_context("127.0.0.1"), nobody, "SSL_CERT_FILE=")
    await shown(foreign.server_context("127.0.0.1"), nobody, "SSL_CERT_FILE=", trusted="")


def test_a_certificate_that_cannot_be_read() -> None:
    assert certificate_words(None) is None
    assert certificate_words(b"nothing of the kind") is None


async def test_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    found = await problem_of("https://127.0.0.1:1", ssl_cert_file=str(tmp_path / "none.pem"))
    assert found.summary.startswith("SSL_CERT_FILE is ")


async def test_no_tls_there() -> None:
    async with scripted_upstream(repeat(hello)) as upstream:
        found = await problem_of(upstream.url.replace("http:", "https:"), IMPATIENT)
    assert "TLS" in found.summary


async def says_something_else(peer: UpstreamPeer) -> None:
    await peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


async def says_too_much(peer: UpstreamPeer) -> None:
    await peer.send(b"x" * 100_000)


async def just_closes(peer: UpstreamPeer) -> None:
    await peer.read_request()


@pytest.mark.parametrize("script", [says_something_else, says_too_much, just_closes])
async def test_something_that_is_not_http(script: Script) -> None:
    async with scripted_upstream(script) as upstream:
        assert (await problem_of(upstream.url)).summary == f"{upstream.url} answers, but not in HTTP."


async def test_a_connection_that_is_broken_off() -> None:
    async def reset(peer: UpstreamPeer) -> None:
        await peer.read_request()
        peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.reset()

    async with scripted_upstream(reset) as upstream:
        summary = (await problem_of(upstream.url)).summary
    assert summary == f"{upstream.url} broke the connection off (waiting for an answer): Connection reset by peer."


async def test_silence() -> None:
    async def silent(peer: UpstreamPeer) -> None:
        await peer.gone()

    async with scripted_upstream(silent) as upstream:
        summary = (await problem_of(upstream.url, IMPATIENT)).summary
        assert summary == f"{upstream.url} does not answer: nothing came in 1 s (waiting for an answer)."
        tls = upstream.url.replace("http:", "https:")
        summary = (await problem_of(tls, IMPATIENT)).summary
        assert summary == f"{tls} does not answer: nothing came in 1 s (TLS)."


async def test_nobody_there() -> None:
    found = await problem_of("http://127.0.0.1:1")
    assert found.summary.startswith("http://127.0.0.1:1 cannot be connected to: ")
    assert found.cure == "check that it runs, and host and port in CLAUDEFLARE_UPSTREAM_URL"


async def test_a_name_that_is_not_known() -> None:
    found = await problem_of("https://upstream.invalid")
    assert re.match(
        r"(The name upstream\.invalid is not known|No name server says what upstream\.invalid)", found.summary
    )
    assert found.cure is not None
    assert found.cure.endswith("getent hosts upstream.invalid")


async def test_through_a_proxy(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with scripted_upstream(repeat(hello), tls=authority.server_context("upstream.test")) as upstream:
        port = int(upstream.url.rpartition(":")[2])
        async with connect_proxy(port) as proxy:
            finding, _ = await look("https://upstream.test", ssl_cert_file=str(authority.file), https_proxy=proxy.url)
    where = proxy.url.removeprefix("http://")
    assert finding.summary == f"https://upstream.test can be reached through proxy {where} (it answered 404)."


async def test_a_proxy_that_wants_a_password() -> None:
    async with connect_proxy(reply=b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as proxy:
        found = await problem_of("https://upstream.test", https_proxy=proxy.url.replace("//", "//me:hunter2@"))
    where = proxy.url.removeprefix("http://")
    assert found.summary.startswith(f"Proxy {where} refused a tunnel: 407 Proxy Authentication Required")
    assert found.cure == f"HTTPS_PROXY=http://USER:PASSWORD@{where}"
    assert "hunter2" not in str(found)


async def test_a_proxy_that_says_no() -> None:
    async with connect_proxy(reply=b"HTTP/1.1 403 Forbidden\r\n\r\n") as proxy:
        found = await problem_of("https://upstream.test", https_proxy=proxy.url)
    assert found.cure is not None
    assert found.cure.startswith("whoever runs the proxy has to allow CONNECT to upstream.test")


async def test_a_proxy_that_is_not_there() -> None:
    found = await problem_of("https://upstream.test", https_proxy="http://127.0.0.1:1")
    assert found.summary.startswith("Proxy 127.0.0.1:1 cannot be reached: ")
    assert found.cure == "correct HTTPS_PROXY, or unset it where none is needed"
    found = await problem_of("https://upstream.test", https_proxy="http://proxy.invalid:1")
    assert "proxy.invalid" in found.summary


async def test_a_proxy_that_says_nothing() -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        found = await problem_of("https://upstream.test", IMPATIENT, https_proxy=f"http://127.0.0.1:{port}")
    finally:
        server.close()
        for writer in held:
            writer.close()
    assert found.summary == f"proxy 127.0.0.1:{port} does not answer: nothing came in 1 s (connecting)."
    assert found.cure == "check HTTPS_PROXY; where the way is open without it: NO_PROXY=upstream.test"
