"""TLS sessions are resumed, certificates verified."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from claudeflare.errors import SettingsError
from claudeflare.gateway.tls_sessions import client_tls
from gateway.answers import MESSAGE, REQUEST
from harness.certificates import Authority
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, scripted_upstream

WORK = [account("work")]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_new_connection_resumes_the_session_of_an_earlier_one(tmp_path: Path, version: ssl.TLSVersion) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("127.0.0.1")
    tls.minimum_version = tls.maximum_version = version
    resumed: list[bool] = []

    async def answer_twice(peer: UpstreamPeer) -> None:
        connection = peer.writer.get_extra_info("ssl_object")
        assert isinstance(connection, ssl.SSLObject)
        resumed.append(bool(connection.session_reused))
        for _ in range(2):
            await peer.read_request()
            await peer.answer(MESSAGE)

    async with (
        scripted_upstream(answer_twice, tls=tls) as upstream,
        running_gateway(upstream.url, tmp_path / "journal", WORK, ssl_cert_file=str(authority.file)) as gateway,
    ):
        client = await gateway.connect()
        for _ in range(6):
            await client.request(body=REQUEST)
            assert (await client.response())[0] == 200
        client.close()
    assert resumed == [False, True, True]


async def test_a_session_of_one_server_is_not_offered_to_another(tmp_path: Path) -> None:
    context = client_tls("")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname="one.test")
    context.remember(connection)  # no handshake yet: nothing to keep
    assert repr(context) == "<ResumingContext sessions of []>"


def test_an_unreadable_certificate_file_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (tmp_path / "none.pem", empty):
        with pytest.raises(SettingsError, match=f"SSL_CERT_FILE is '{path}'"):
            client_tls(str(path))


def test_certificates_and_names_are_verified_and_old_versions_refused() -> None:
    context = client_tls("")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
