"""Who may send requests, over real sockets."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from claudeflare.gateway.client_keys import secret_in, without_key
from claudeflare.gateway.messages import Snapshot
from claudeflare.http1.heads import RequestHead
from claudeflare.providers.provider import Credential
from claudeflare.quotas.client_key import ClientKey, digest_of
from gateway.answers import MESSAGE, REQUEST
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

ACCOUNTS = [account("work"), account("spare")]
SECRET = "cfk_laptop-secret"


def key(name: str = "laptop", secret: str = SECRET, **limits: object) -> ClientKey:
    return ClientKey(id=f"id-{name}", name=name, digest=digest_of(secret.encode()), **limits)  # type: ignore[arg-type]


def configure(gateway: RunningGateway, *keys: ClientKey, accounts: bool = True) -> None:
    known = ACCOUNTS if accounts else []
    gateway.server.apply_snapshot(
        Snapshot(
            version=2,
            accounts=known,
            credentials={one.id: Credential("api-key", f"sk-ant-{one.name}") for one in known},
            strategy="session",
            session_seconds=18_000,
            client_keys=list(keys),
        )
    )


async def ask(gateway: RunningGateway, *fields: str, path: str = "/v1/messages") -> tuple[int, dict[str, str], bytes]:
    client = await gateway.connect()
    await client.request(path, REQUEST, "POST", *fields)
    answer = await client.response()
    client.close()
    return answer


async def served(peer: UpstreamPeer) -> None:
    await peer.answer(MESSAGE)


async def test_once_a_key_exists_it_is_wanted_in_either_field(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, key())
        for presented in ([], ["x-api-key: wrong"], ["authorization: Basic " + SECRET], ["x-api-key: " + SECRET[:-1]]):
            status, fields, body = await ask(gateway, *presented)
            error = json.loads(body)
            assert (status, error["error"]["type"]) == (401, "authentication_error")
            assert error["request_id"] == fields["x-claudeflare-request-id"]
            assert "claudeflare keys add NAME" in error["error"]["message"]
        for presented in (
            [f"x-api-key: {SECRET}"],
            [f"Authorization: Bearer {SECRET}"],
            [f"x-api-key: {SECRET}", f"authorization: bearer {SECRET}"],
            ["x-api-key: foreign", f"authorization: bearer {SECRET}"],
        ):
            assert (await ask(gateway, *presented))[0] == 200
        assert [record.client_key for record in gateway.records()] == [None] * 4 + ["laptop"] * 4
        for peer in upstream.peers:
            assert SECRET.encode() not in peer.head
            assert peer.header(b"x-api-key") == [b"sk-ant-work"]


async def test_a_key_that_is_gone_or_expired_opens_nothing(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, key(expires_at=1.0), key("other", "another-secret"))
        status, _, body = await ask(gateway, f"x-api-key: {SECRET}")
        assert status == 401
        assert b"laptop has expired" in body
        configure(gateway, key("other", "another-secret"))
        assert (await ask(gateway, f"x-api-key: {SECRET}"))[0] == 401
        configure(gateway)
        assert (await ask(gateway))[0] == 200
        assert not upstream.failures
        assert "other" not in repr(gateway.server.client_keys)


async def test_a_known_key_may_come_by_any_host_and_from_any_page(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, key())
        start = b"POST /v1/messages HTTP/1.1\r\nhost: rebound.example\r\norigin: https://rebound.example\r\n"
        rest = b"content-length: %d\r\n\r\n%b" % (len(REQUEST), REQUEST)
        for presented, status in ((b"", 421), (f"x-api-key: {SECRET}\r\n".encode(), 200)):
            client = await gateway.connect()
            await client.send(start + presented + rest)
            assert (await client.response())[0] == status
            client.close()
        assert (await ask(gateway, f"x-api-key: {SECRET}", path="/v1/../v1/messages"))[0] == 400


async def test_what_came_before_the_keys_were_known_is_looked_at_when_they_are(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, None) as gateway:
        wrong, right = await gateway.connect(), await gateway.connect()
        await wrong.request("/v1/messages", REQUEST)
        await right.request("/v1/messages", REQUEST, "POST", f"x-api-key: {SECRET}")
        while len(gateway.server.control.awaiting_snapshot) < 2:
            await asyncio.sleep(0)
        configure(gateway, key())
        assert (await wrong.response())[0] == 401
        assert (await right.response())[0] == 200
        wrong.close()
        right.close()
        assert SECRET.encode() not in upstream.peers[0].head


async def test_without_accounts_the_key_stays_here_and_the_caller_s_own_credential_goes(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, key(), accounts=False)
        assert (await ask(gateway, f"x-api-key: {SECRET}", "authorization: Bearer sk-ant-own"))[0] == 200
        peer = upstream.peers[0]
        assert peer.header(b"authorization") == [b"Bearer sk-ant-own"]
        assert peer.header(b"x-api-key") == []
        status, _, body = await ask(gateway, f"x-api-key: {SECRET}")
        assert status == 503
        assert b"claudeflare add" in body
        assert upstream.connections == 1


async def test_a_key_has_only_its_accounts(tmp_path: Path) -> None:
    async with scripted_upstream(repeat(served)) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, key(accounts=("id-spare",)), key("lost", "lost-secret", accounts=("id-gone",)))
        for wanted, presented, status in (
            ([], SECRET, 200),
            (["x-claudeflare-account: spare"], SECRET, 200),
            (["x-claudeflare-account: work"], SECRET, 403),
            ([], "lost-secret", 403),
        ):
            answered, fields, _ = await ask(gateway, f"x-api-key: {presented}", *wanted)
            assert answered == status
            assert fields.get("x-claudeflare-account") == ("spare" if status == 200 else None)


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        (b"x-api-key", b" a ", b"a"),
        (b"authorization", b"Bearer  a", b"a"),
        (b"authorization", b"bearer a", b"a"),
        (b"authorization", b"Basic a", b""),
        (b"authorization", b"a", b""),
    ],
)
def test_secrets_in_fields(name: bytes, value: bytes, secret: bytes) -> None:
    assert secret_in(name, value) == secret


def test_every_field_that_holds_the_key_goes_and_no_other() -> None:
    fields = [(b"X-API-Key", b"a"), (b"x-api-key", b"b"), (b"Authorization", b"Bearer a"), (b"x-other", b"a")]
    head = RequestHead(b"GET", b"/v1/models", b"", 1, fields, {b"x-api-key": b"a"}, b"localhost", None, False, True)
    assert without_key(head, b"a").fields == [(b"x-api-key", b"b"), (b"x-other", b"a")]
