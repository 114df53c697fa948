"""Secrets of this very server stay here, wherever a caller puts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.gateway.messages import Snapshot
from claudeflare.gateway.own_secrets import CONTROL_TOKEN, FOREIGN_KEY, misplaced
from claudeflare.http1.heads import RequestHead
from claudeflare.providers.provider import Credential
from claudeflare.quotas.client_key import ClientKey, digest_of
from gateway.answers import MESSAGE, REQUEST
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import repeat, scripted_upstream

TOKEN = "the-control-token-of-43-characters-0123456789"
REVOKED = "cfk_revoked"
LAPTOP = ClientKey(id="id-laptop", name="laptop", digest=digest_of(b"cfk_laptop"))
FILED = ClientKey(id="file-1", name="filed", digest=digest_of(b"a-key-of-the-file"))


def configure(gateway: RunningGateway, *keys: ClientKey, accounts: tuple[str, ...] = ()) -> None:
    known = [account(name) for name in accounts]
    gateway.server.apply_snapshot(
        Snapshot(
            version=2,
            accounts=known,
            credentials={one.id: Credential("api-key", f"sk-ant-{one.name}") for one in known},
            strategy="session",
            session_seconds=18_000,
            client_keys=list(keys),
            control_token=digest_of(TOKEN.encode()),
        )
    )


async def ask(gateway: RunningGateway, *fields: str) -> tuple[int, bytes]:
    client = await gateway.connect()
    await client.request("/v1/messages", REQUEST, "POST", *fields)
    status, _, body = await client.response()
    client.close()
    return status, body


PLACES = [
    "x-api-key: {}",
    "X-Api-Key:   {}  ",
    "authorization: Bearer {}",
    "authorization: bearer   {}",
    "authorization: {}",
    "authorization: Token {}",
    "x-api-key: Bearer {}",
    "x-api-key: sk-ant-own\r\nauthorization: Bearer {}",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("secret", "words"), [(TOKEN, "control token"), (REVOKED, "client key")])
@pytest.mark.parametrize("mode", ["no account", "only", "first"])
async def test_what_would_go_upstream_is_refused(
    tmp_path: Path, mode: str, secret: str, words: str, place: str
) -> None:
    settings: dict[str, Any] = {} if mode == "no account" else {"caller_credential": mode}
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, [], **settings) as gateway,
    ):
        configure(gateway, accounts=() if mode == "no account" else ("work",))
        status, body = await ask(gateway, *place.format(secret).split("\r\n"))
        error = json.loads(body)["error"]
        assert (status, error["type"]) == (401, "authentication_error")
        assert words in error["message"]
        assert "claudeflare keys add" in error["message"]
        assert secret not in error["message"]
        assert upstream.connections == 0
        assert (await ask(gateway, "x-api-key: sk-ant-own"))[0] == 200
        refused = gateway.records()[0]
    assert (refused.terminal_state, refused.status) == ("refused", 401)
    assert secret not in repr(refused)


async def test_accounts_never_send_what_callers_bring(tmp_path: Path) -> None:
    """Nothing is refused that stays here anyway."""
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        configure(gateway, accounts=("work",))
        for secret in (TOKEN, REVOKED):
            assert (await ask(gateway, f"authorization: Bearer {secret}"))[0] == 200
        for peer in upstream.peers:
            assert peer.header(b"authorization") == []
            assert peer.header(b"x-api-key") == [b"sk-ant-work"]


@pytest.mark.parametrize("second", [TOKEN, REVOKED, "cfk_laptop", "a-key-of-the-file"])
async def test_a_second_secret_beside_a_client_key_stays_here(tmp_path: Path, second: str) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        other = ClientKey(id="id-desk", name="desk", digest=digest_of(b"cfk_desk"))
        configure(gateway, LAPTOP, FILED, other)
        assert (await ask(gateway, "x-api-key: cfk_desk", f"authorization: Bearer {second}"))[0] == 401
        assert upstream.connections == 0
        assert (await ask(gateway, "x-api-key: cfk_desk", "authorization: Bearer sk-ant-own"))[0] == 200
        assert upstream.peers[0].header(b"authorization") == [b"Bearer sk-ant-own"]


def head(name: bytes, value: bytes) -> RequestHead:
    return RequestHead(
        b"POST", b"/v1/messages", b"", 1, [(name, value)], {name.lower(): value}, b"localhost", 2, False, True
    )


@given(st.sampled_from([b"x-api-key", b"Authorization"]), st.binary(max_size=40))
def test_whatever_stands_there_is_looked_at_without_trouble(name: bytes, value: bytes) -> None:
    found = misplaced(head(name, value), digest_of(TOKEN.encode()), {FILED.digest: None})
    assert (found is FOREIGN_KEY) == any(word.startswith(b"cfk_") for word in value.split())
    assert found is not CONTROL_TOKEN


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_any_token_is_told_in_any_place(token: str) -> None:
    for name, value in ((b"x-api-key", token), (b"authorization", f"Bearer {token}"), (b"Authorization", token)):
        assert misplaced(head(name, value.encode()), digest_of(token.encode()), {}) is CONTROL_TOKEN
