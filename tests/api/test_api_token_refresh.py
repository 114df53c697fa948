from __future__ import annotations

from collections.abc import Iterator

import pytest

from claudeflare.balancing.change import AttentionNeeded
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.storage.accounts import NewAccount
from harness.rest_api import NOW, Api
from harness.token_server import TokenServer

DOWN = (503, {}, b"")


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    server = TokenServer()
    yield server
    server.close()


def sign_in(api: Api, tokens: TokenServer, refresh_token: str = "refresh-0") -> None:
    secret = OAuthTokens(
        access_token="access-0",
        refresh_token=refresh_token,
        expires_at=NOW + 600,
        lifetime=28_800.0,
        client_id="client",
        token_url=tokens.url,
    )
    api.services.credentials.add(NewAccount(name="my work", mode="max"), secret, NOW)


async def test_a_token_is_renewed_on_demand(api: Api, tokens: TokenServer) -> None:
    sign_in(api, tokens)
    before = await api.get("/api/accounts/my%20work")
    assert before["tokenExpires"] == "2026-11-18T11:16:40.000Z"
    after = await api.post("/api/accounts/my%20work/refresh")
    assert after["tokenExpires"] == "2026-11-18T12:06:40.000Z"
    assert (after["tokenStatus"], after["tokenTrouble"], after["needsLogin"]) == ("valid", None, None)
    assert "access-1" not in str(after)


async def test_trouble_is_shown_and_goes(api: Api, tokens: TokenServer) -> None:
    sign_in(api, tokens)
    tokens.fails = DOWN
    refused = await api.refused("POST", "/api/accounts/my%20work/refresh")
    assert refused == (502, "unreachable", "The token endpoint failed (503).")
    account = await api.get("/api/accounts/my%20work")
    assert (account["tokenStatus"], account["tokenTrouble"]) == ("valid", "The token endpoint failed (503).")
    api.clock.now += 601
    assert (await api.get("/api/accounts/my%20work"))["tokenStatus"] == "expired"
    tokens.fails = None
    assert (await api.post("/api/accounts/my%20work/refresh"))["tokenTrouble"] is None


async def test_a_needed_login_names_its_command(api: Api, tokens: TokenServer) -> None:
    sign_in(api, tokens, "stolen")
    status, code, message = await api.refused("POST", "/api/accounts/my%20work/refresh")
    assert (status, code) == (409, "conflict")
    assert "invalid_grant" in message
    account = await api.get("/api/accounts/my%20work")
    assert (account["tokenStatus"], account["needsLogin"]) == ("needs login", "claudeflare login 'my work'")
    assert account["rateLimitStatus"] == "needs attention"
    assert "claudeflare login 'my work'" in account["limits"][0]["reason"]
    # Another reason to look is not a login's.
    api.services.gateways.changes_made([AttentionNeeded(account["id"], "spend limit")])
    assert (await api.get("/api/accounts/my%20work"))["tokenStatus"] == "needs login"


async def test_keys_are_not_renewed(api: Api) -> None:
    account = await api.add("work")
    status, code, message = await api.refused("POST", f"/api/accounts/{account['id']}/refresh")
    assert (status, code) == (409, "conflict")
    assert message == "This account has no token that Claudeflare renews."
    assert (await api.refused("POST", "/api/accounts/nobody/refresh"))[0] == 404
