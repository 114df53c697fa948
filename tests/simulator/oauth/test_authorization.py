"""The page on which somebody allows a client to act for them."""

from __future__ import annotations

import re

import httpx2
import pytest
from oauth_client import CLIENT_ID, REDIRECT, STATE, OAuthClient

from harness.simulated_api import simulated_api

SCRIPT = "<script>alert(1)</script>"


async def test_the_page_asks_and_shows_what_to_paste(oauth: OAuthClient) -> None:
    page = await oauth.http.get("/oauth/authorize", params=oauth.question())
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert CLIENT_ID in page.text
    assert re.findall("<option>(.*?)</option>", page.text) == ["max", "work", "ci"]
    assert "org:create_api_key" in page.text
    (action,) = re.findall(r'action="([^"]*)"', page.text)
    shown = await oauth.http.post(f"/oauth/authorize{action.replace('&amp;', '&')}", data={"account": "max"})
    (pasted,) = re.findall(r'<code id="code">(.*?)</code>', shown.text)
    code, _, state = pasted.partition("#")
    assert state == STATE
    assert (await oauth.exchange(code)).json()["account"]["email_address"] == "max@example.com"


async def test_without_code_true_the_browser_is_sent_back(oauth: OAuthClient) -> None:
    answer = await oauth.http.post("/oauth/authorize", params=oauth.question(code=""), data={"account": "max"})
    assert answer.status_code == 303
    back = httpx2.URL(answer.headers["location"])
    assert str(back).startswith(f"{REDIRECT}?")
    assert back.params["state"] == STATE
    assert (await oauth.exchange(back.params["code"])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": ""}, "client_id is missing"),
        ({"redirect_uri": ""}, "redirect_uri is missing"),
        ({"state": ""}, "state is missing"),
        ({"code_challenge": ""}, "code_challenge is missing"),
        ({"code_challenge": "short"}, "must be of method S256"),
        ({"code_challenge_method": "plain"}, "must be of method S256"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"redirect_uri": "javascript:alert(1)"}, "must be an http or https URL"),
    ],
)
async def test_a_bad_question_is_not_put(oauth: OAuthClient, changes: dict[str, str], reason: str) -> None:
    page = await oauth.http.get("/oauth/authorize", params=oauth.question(**changes))
    assert page.status_code == 400
    assert reason in page.text
    assert (await oauth.allow(**changes)).status_code == 400
    assert oauth.api.world.oauth.counts.codes == 0


async def test_what_comes_from_outside_is_not_markup(oauth: OAuthClient) -> None:
    page = await oauth.http.get("/oauth/authorize", params=oauth.question(client_id=SCRIPT, scope=SCRIPT))
    assert page.status_code == 200
    assert "<script>" not in page.text
    nobody = await oauth.allow(SCRIPT)
    assert nobody.status_code == 400
    assert "<script>" not in nobody.text


async def test_only_the_client_that_is_known_may_ask(oauth: OAuthClient) -> None:
    await oauth.http.put("/simulator/oauth", json={"client-id": "another"})
    refused = await oauth.allow()
    assert refused.status_code == 400
    assert "There is no client" in refused.text
    assert (await oauth.allow(client_id="another")).status_code == 200


async def test_where_every_key_is_let_in_so_is_every_name() -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        client = OAuthClient(api, http)
        assert 'value="someone"' in (await http.get("/oauth/authorize", params=client.question())).text
        await client.code("")
        await client.code("console", scope="org:create_api_key")
        assert [(account.name, account.is_subscription) for account in api.world.accounts] == [
            ("someone", True),
            ("console", False),
        ]


async def test_another_method_is_not_allowed(oauth: OAuthClient) -> None:
    assert (await oauth.http.delete("/oauth/authorize")).status_code == 405
    assert (await oauth.http.get("/v1/oauth/token")).status_code == 405
