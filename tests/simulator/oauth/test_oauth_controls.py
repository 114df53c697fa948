"""Controls and scenario of the OAuth side."""

from __future__ import annotations

import pytest
from oauth_client import CLIENT_ID, OAuthClient

from claudeflare.errors import InvalidInput
from claudeflare.simulator.scenario import parse_scenario
from claudeflare.simulator.world import world_of


async def test_tokens_come_without_a_page(oauth: OAuthClient) -> None:
    made = await oauth.http.post("/simulator/accounts/max/tokens", json={"client-id": CLIENT_ID, "expires-in": 60})
    assert made.status_code == 201
    tokens = made.json()
    assert tokens["expires_at"] == oauth.api.world.clock.now() + 60
    assert (await oauth.models(tokens["access_token"])).status_code == 200
    assert (await oauth.refresh(tokens["refresh_token"])).status_code == 200
    shown = (await oauth.http.get("/simulator/oauth")).json()
    assert shown["counts"]["refreshes"] == 1
    assert [(each["account"], each["refreshes"], each["revoked"]) for each in shown["sign_ins"]] == [("max", 1, False)]


async def test_tokens_end_on_command(oauth: OAuthClient) -> None:
    tokens = await oauth.signed_in()
    assert (await oauth.http.post("/simulator/accounts/max/tokens/expire")).json() == {"expired": 1}
    assert (await oauth.models(tokens["access_token"])).status_code == 401
    tokens = (await oauth.refresh(tokens["refresh_token"])).json()
    assert (await oauth.http.post("/simulator/accounts/max/tokens/revoke")).json() == {"revoked": 1}
    assert (await oauth.models(tokens["access_token"])).status_code == 401
    assert (await oauth.refresh(tokens["refresh_token"])).status_code == 400
    assert (await oauth.http.post("/simulator/accounts/nobody/tokens/revoke")).status_code == 404


async def test_lifetimes_are_changed_and_what_is_left_out_stays(oauth: OAuthClient) -> None:
    assert (await oauth.http.put("/simulator/oauth", json={"access-token-seconds": 60})).status_code == 200
    assert (await oauth.http.put("/simulator/oauth", json={"rotates": False})).status_code == 200
    assert (await oauth.signed_in())["expires_in"] == 60


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/simulator/oauth", {"access-token-seconds": 0}),
        ("/simulator/oauth", {"rotate": True}),
        ("/simulator/accounts/max/tokens", {"client-id": "x", "expires-in": -1}),
        ("/simulator/accounts/max/tokens", {}),
    ],
)
async def test_a_bad_command_is_refused(oauth: OAuthClient, path: str, body: dict[str, object]) -> None:
    method = "PUT" if path.endswith("oauth") else "POST"
    assert (await oauth.http.request(method, path, json=body)).status_code == 400


async def test_a_restart_signs_everybody_out(oauth: OAuthClient) -> None:
    tokens = await oauth.signed_in()
    oauth.api.world.restart()
    assert (await oauth.refresh(tokens["refresh_token"])).status_code == 400
    assert oauth.api.world.oauth.counts.exchanges == 0


def test_a_scenario_sets_it() -> None:
    scenario = parse_scenario("[oauth]\naccess-token-seconds = 5\nreuse-revokes = true")
    assert world_of(scenario).oauth.options.access_token_seconds == 5
    with pytest.raises(InvalidInput, match="above 0"):
        parse_scenario("[oauth]\ncode-seconds = 0")
