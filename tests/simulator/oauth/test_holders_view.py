"""What the holder of a token may see and make."""

from __future__ import annotations

import pytest
from oauth_client import OAuthClient

PROFILE = "/api/oauth/profile"
USAGE = "/api/oauth/usage"
ROLES = "/api/oauth/claude_cli/roles"
CREATE = "/api/oauth/claude_cli/create_api_key"


async def test_profile_and_roles_say_whose_it_is(oauth: OAuthClient) -> None:
    token = (await oauth.signed_in("work"))["access_token"]
    profile = (await oauth.ask(PROFILE, token)).json()
    assert profile["account"]["email"] == "work@example.com"
    assert profile["organization"]["name"] == "acme"
    assert (await oauth.ask(ROLES, token)).json()["organization_uuid"] == profile["organization"]["uuid"]
    max_token = (await oauth.signed_in("max"))["access_token"]
    assert (await oauth.ask(PROFILE, max_token)).json()["organization"]["organization_type"] == "claude_max"


async def test_usage_is_in_percent(oauth: OAuthClient) -> None:
    token = (await oauth.signed_in())["access_token"]
    now = oauth.api.world.clock.now()
    place = {"five_hour": {"utilization": 0.37, "resets-in": 600}}
    assert (await oauth.http.put("/simulator/accounts/max/windows", json=place)).status_code == 200
    usage = (await oauth.ask(USAGE, token)).json()
    assert usage["five_hour"]["utilization"] == 37.0
    assert usage["five_hour"]["resets_at"] is not None
    assert usage["seven_day"] == {"utilization": 0.0, "resets_at": None}
    assert usage["seven_day_opus"] is None
    assert usage["extra_usage"] == {
        "is_enabled": True,
        "monthly_limit": 1000,
        "used_credits": 0,
        "utilization": 0.0,
        "currency": "USD",
    }
    assert now == oauth.api.world.clock.now()


async def test_usage_needs_the_beta_and_a_subscription(oauth: OAuthClient) -> None:
    token = (await oauth.signed_in())["access_token"]
    without = await oauth.http.get(USAGE, headers={"authorization": f"Bearer {token}"})
    assert without.status_code == 401
    assert (await oauth.ask(USAGE, (await oauth.signed_in("work"))["access_token"])).status_code == 403


async def test_a_console_sign_in_makes_an_api_key(oauth: OAuthClient) -> None:
    tokens = await oauth.signed_in("work")
    made = await oauth.ask(CREATE, tokens["access_token"], "POST")
    key = made.json()["raw_key"]
    assert key.startswith("sk-ant-api03-")
    models = await oauth.http.get("/v1/models", headers={"x-api-key": key, "anthropic-version": "2023-06-01"})
    assert models.status_code == 200
    assert models.headers["anthropic-organization-id"] == tokens["organization"]["uuid"]
    assert oauth.api.world.oauth.counts.api_keys == 1


@pytest.mark.parametrize("path", [PROFILE, USAGE, ROLES])
async def test_no_token_opens_nothing(oauth: OAuthClient, path: str) -> None:
    assert (await oauth.ask(path, "sk-ant-oat01-nobody")).status_code == 401
    assert (await oauth.http.get(path)).status_code == 401


async def test_a_token_for_inference_alone_sees_and_makes_nothing(oauth: OAuthClient) -> None:
    narrow = (await oauth.exchange(await oauth.code(scope="user:inference"))).json()["access_token"]
    for token in (narrow, "sk-ant-oat01-max"):
        assert (await oauth.ask(PROFILE, token)).status_code == 403
        assert (await oauth.ask(CREATE, token, "POST")).status_code == 403
        assert (await oauth.models(token)).status_code == 200
    oauth.api.world.clock.advance(28_800)
    assert (await oauth.ask(PROFILE, narrow)).status_code == 401
