"""`/api/oauth` and the modes of accounts, with a simulated API that signs people in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from claudeflare.credentials.kinds import ApiKey, OAuthTokens
from claudeflare.credentials.sign_in import LIFETIME_SECONDS, LIMIT
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.oauth.options import OAuthOptions
from claudeflare.simulator.server import SimulatorServer
from harness.rest_api import NOW, Api, open_api
from harness.signing_in import CLIENT_ID, allow, sign_in_settings
from harness.simulated_api import api_account, simulated_api, subscription

MAX = {"name": "mine", "mode": "max", "tier": 20, "acceptTerms": True}
CONSOLE = {"name": "keyed", "mode": "console"}
CREATE = "/api/oauth/claude_cli/create_api_key"
TOKEN = "/v1/oauth/token"


@pytest.fixture
async def provider() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([subscription("max"), api_account("work", organization="acme")]) as server:
        yield server


@pytest.fixture
async def api(tmp_path: Path, provider: SimulatorServer) -> AsyncIterator[Api]:
    async with open_api(tmp_path, **sign_in_settings(provider.url)) as opened:
        yield opened


async def begin(api: Api, **body: Any) -> Any:
    return await api.post("/api/oauth/init", MAX | body)


async def finish(api: Api, session_id: str, code: str) -> Any:
    return await api.post("/api/oauth/callback", {"sessionId": session_id, "code": code})


async def refused(api: Api, session_id: str, code: str) -> tuple[int, str, str]:
    return await api.refused("POST", "/api/oauth/callback", json={"sessionId": session_id, "code": code})


def secret_of(api: Api, name: str) -> Any:
    account_id = api.services.accounts.get(name).account.id
    return api.services.credentials.opened(account_id).secret


async def test_a_subscription_is_signed_in_to(api: Api, provider: SimulatorServer) -> None:
    begun = await begin(api)
    assert set(begun) == {"authUrl", "sessionId", "expiresAt"}
    assert begun["authUrl"].startswith(f"{provider.url}/oauth/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun["authUrl"]).query).items()}
    assert asked["client_id"] == CLIENT_ID
    assert asked["scope"] == "user:profile user:inference"
    assert asked["code_challenge_method"] == "S256"
    added = await finish(api, begun["sessionId"], await allow(begun["authUrl"], "max"))
    assert (added["name"], added["mode"], added["tier"], added["tokenRenewed"]) == ("mine", "max", 20, True)
    secret = secret_of(api, "mine")
    assert isinstance(secret, OAuthTokens)
    assert (secret.client_id, secret.expires_at, secret.scopes) == (
        CLIENT_ID,
        NOW + 28_800,
        ("user:profile", "user:inference"),
    )
    assert await api.get("/api/accounts") == [added]
    assert "sk-ant-o" not in json.dumps([begun, added])


async def test_a_console_organization_has_a_key_made(api: Api, provider: SimulatorServer) -> None:
    begun = await api.post("/api/oauth/init", CONSOLE)
    assert "org%3Acreate_api_key" in begun["authUrl"]
    added = await finish(api, begun["sessionId"], await allow(begun["authUrl"], "work"))
    assert (added["mode"], added["tokenRenewed"]) == ("console", None)
    secret = secret_of(api, "keyed")
    assert isinstance(secret, ApiKey)
    account = provider.world.accounts.by_key(secret.key)
    assert account is not None
    assert account.name == "work key 1"


async def test_a_code_for_another_sign_in_is_refused_and_the_right_one_still_works(api: Api) -> None:
    first, second = await begin(api), await begin(api)
    code = await allow(first["authUrl"], "max")
    status, error, message = await refused(api, second["sessionId"], code)
    assert (status, error) == (400, "invalid_input")
    assert "another sign-in" in message
    assert (await finish(api, first["sessionId"], code))["name"] == "mine"
    # The other was begun for the same name, which is taken now.
    late = await refused(api, second["sessionId"], await allow(second["authUrl"], "max"))
    assert late[:2] == (409, "conflict")


@pytest.mark.parametrize("pasted", ["", "abc", "abc#", "#abc", "abc#wrong", "a#b#c"])
async def test_what_is_no_code_leaves_the_sign_in_open(api: Api, pasted: str) -> None:
    begun = await begin(api)
    assert (await refused(api, begun["sessionId"], pasted))[:2] == (400, "invalid_input")
    await finish(api, begun["sessionId"], await allow(begun["authUrl"], "max"))


async def test_an_expired_code_asks_for_a_new_one(api: Api, provider: SimulatorServer) -> None:
    begun = await begin(api)
    code = await allow(begun["authUrl"], "max")
    provider.world.clock.advance(601)
    status, _, message = await refused(api, begun["sessionId"], code)
    assert status == 400
    assert "open the link again" in message
    await finish(api, begun["sessionId"], await allow(begun["authUrl"], "max"))


@pytest.mark.parametrize("fault", ["503", "status;code=404", "html-502", "reset-before-answer", "429-windowless"])
async def test_a_troubled_provider_is_asked_again(api: Api, provider: SimulatorServer, fault: str) -> None:
    begun = await begin(api)
    provider.world.inject(fault, path=TOKEN, times=1)
    status, code, message = await refused(api, begun["sessionId"], await allow(begun["authUrl"], "max"))
    assert (status, code) == (502, "unreachable")
    assert "stays open" in message
    await finish(api, begun["sessionId"], await allow(begun["authUrl"], "max"))


async def test_a_key_that_was_not_made_is_asked_for_again_with_the_tokens_at_hand(
    api: Api, provider: SimulatorServer
) -> None:
    begun = await api.post("/api/oauth/init", CONSOLE)
    code = await allow(begun["authUrl"], "work")
    provider.world.inject("500", path=CREATE, times=1)
    assert (await refused(api, begun["sessionId"], code))[0] == 502
    assert (await finish(api, begun["sessionId"], code))["name"] == "keyed"
    assert provider.world.oauth.counts.exchanges == 1


async def test_a_name_that_is_taken_shows_before_anybody_signs_in(api: Api) -> None:
    await api.add("Mine")
    assert (await api.refused("POST", "/api/oauth/init", json=MAX))[:2] == (409, "conflict")
    wrong = [{"tier": 7}, {"name": ""}, {"mode": "api-key"}, {"mode": "sideways"}, {"baseUrl": "ftp://x"}]
    for change in wrong:
        body = {**MAX, "name": "other", **change}
        assert (await api.refused("POST", "/api/oauth/init", json=body))[:2] == (400, "invalid_input"), change


async def test_terms_are_read_first(api: Api) -> None:
    answer = await api.client.post("/api/oauth/init", json=MAX | {"acceptTerms": False})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "terms_not_accepted")
    assert body["details"] == await api.get("/api/oauth/terms")
    assert body["details"]["acceptedAt"] is None
    assert len(body["details"]["points"]) > 3
    await begin(api)
    assert (await api.get("/api/oauth/terms"))["acceptedAt"] == "2026-11-18T11:06:40Z"
    # Accepted once is not accepted for ever: whoever adds the next says it again.
    assert (await api.refused("POST", "/api/oauth/init", json=MAX | {"acceptTerms": False}))[1] == "terms_not_accepted"
    assert (await api.post("/api/oauth/init", CONSOLE))["sessionId"], "a Console organization has no such terms"


async def test_without_a_client_it_says_what_to_set(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api:
        for body in (MAX, CONSOLE):
            status, code, message = await api.refused("POST", "/api/oauth/init", json=body)
            assert (status, code) == (400, "invalid_input")
            assert "CLAUDEFLARE_OAUTH_CLIENT_ID" in message
            assert "docs/accounts.md" in message


async def test_a_sign_in_ends_with_time_and_makes_room(api: Api) -> None:
    first = await begin(api)
    api.clock.now += LIFETIME_SECONDS
    status, code, message = await refused(api, first["sessionId"], "a#b")
    assert (status, code) == (404, "not_found")
    assert "Start it again" in message
    oldest = await begin(api)
    for _ in range(LIMIT):
        await begin(api)
    assert (await refused(api, oldest["sessionId"], "a#b"))[0] == 404


async def test_a_restart_forgets_sign_ins_and_says_so(tmp_path: Path, provider: SimulatorServer) -> None:
    async with open_api(tmp_path, **sign_in_settings(provider.url)) as api:
        begun = await begin(api)
    async with open_api(tmp_path, **sign_in_settings(provider.url)) as api:
        assert "restarted" in (await refused(api, begun["sessionId"], "a#b"))[2]


async def test_a_finished_sign_in_is_over(api: Api) -> None:
    begun = await begin(api)
    code = await allow(begun["authUrl"], "max")
    await finish(api, begun["sessionId"], code)
    assert (await refused(api, begun["sessionId"], code))[0] == 404


async def test_signing_in_again_keeps_the_account(api: Api) -> None:
    begun = await begin(api)
    added = await finish(api, begun["sessionId"], await allow(begun["authUrl"], "max"))
    before = secret_of(api, "mine")
    again = await api.post("/api/oauth/init", {"name": "MINE", "again": True, "acceptTerms": True})
    renewed = await finish(api, again["sessionId"], await allow(again["authUrl"], "max"))
    assert renewed == added
    assert secret_of(api, "mine").access_token != before.access_token
    nobody = {"name": "nobody", "again": True, "acceptTerms": True}
    assert (await api.refused("POST", "/api/oauth/init", json=nobody))[0] == 404
    await api.add("keyed")
    assert (await api.refused("POST", "/api/oauth/init", json={"name": "keyed", "again": True}))[0] == 400


async def test_a_token_that_cannot_be_renewed_is_no_sign_in(api: Api, provider: SimulatorServer) -> None:
    provider.world.oauth.options = OAuthOptions(gives_refresh_tokens=False)
    begun = await begin(api)
    status, _, message = await refused(api, begun["sessionId"], await allow(begun["authUrl"], "max"))
    assert (status, "--mode token" in message) == (400, True)
    assert await api.get("/api/accounts") == []


async def test_two_callbacks_at_once_are_one(tmp_path: Path) -> None:
    clock = ManualClock()
    async with (
        simulated_api([subscription("max")], clock=clock) as provider,
        open_api(tmp_path, **sign_in_settings(provider.url)) as api,
    ):
        begun = await begin(api)
        code = await allow(begun["authUrl"], "max")
        provider.world.inject("slow-first-byte;seconds=5", path=TOKEN)
        async with asyncio.TaskGroup() as group:
            first = group.create_task(finish(api, begun["sessionId"], code))
            await clock.until_somebody_sleeps()
            assert (await refused(api, begun["sessionId"], code))[:2] == (409, "conflict")
            clock.advance(5)
        assert first.result()["name"] == "mine"
