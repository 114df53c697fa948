"""Codes, refresh tokens and assertions at the token endpoint, and what faults do to it."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauth_client import CLIENT_ID, TOKEN, VERIFIER, OAuthClient, challenge_of, jwt

from claudeflare.simulator.oauth.pkce import is_challenge, verifies

RIGHT = {
    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "federation_rule_id": "fdrl_ci",
    "service_account_id": "svac_1",
    "workspace_id": "default",
}


@given(st.text("abcXYZ0189-._~", min_size=43, max_size=128), st.text("abcXYZ0189-._~", min_size=43, max_size=128))
def test_a_challenge_fits_its_verifier_and_no_other(verifier: str, other: str) -> None:
    assert is_challenge(challenge_of(verifier))
    assert verifies(verifier, challenge_of(verifier))
    assert verifies(other, challenge_of(verifier)) is (other == verifier)


def test_the_example_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert verifies("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    assert not verifies("too-short", challenge_of("too-short"))


async def test_a_code_becomes_tokens_that_open_the_account(oauth: OAuthClient) -> None:
    tokens = await oauth.signed_in()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 28800
    assert tokens["access_token"].startswith("sk-ant-oat01-")
    assert tokens["refresh_token"].startswith("sk-ant-ort01-")
    assert tokens["scope"] == "user:profile user:inference org:create_api_key"
    answer = await oauth.models(tokens["access_token"])
    assert answer.status_code == 200
    assert answer.headers["anthropic-organization-id"] == tokens["organization"]["uuid"]
    without_beta = await oauth.models(tokens["access_token"], beta="")
    assert without_beta.status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"state": "another"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:9/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_what_does_not_fit_is_refused(oauth: OAuthClient, changes: dict[str, str], error: str) -> None:
    code = await oauth.code()
    answer = await oauth.exchange(code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert oauth.api.world.oauth.counts.refused == 1
    assert (await oauth.exchange(code)).status_code == 200, "the code is still good"


async def test_the_token_endpoint_takes_json_alone(oauth: OAuthClient) -> None:
    form = await oauth.http.post(TOKEN, data={"grant_type": "refresh_token"})
    assert (form.status_code, form.json()["error"]) == (400, "invalid_request")
    broken = await oauth.http.post(TOKEN, content=b"[]", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["error"]) == (400, "invalid_request")


async def test_a_code_works_once_and_not_for_ever(oauth: OAuthClient) -> None:
    code, late = await oauth.code(), await oauth.code()
    tokens = (await oauth.exchange(code)).json()
    again = await oauth.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    # Whoever shows a used code may have stolen it: what it gave is worth nothing any more.
    assert (await oauth.models(tokens["access_token"])).status_code == 401
    assert (await oauth.refresh(tokens["refresh_token"])).status_code == 400
    oauth.api.world.clock.advance(600)
    assert (await oauth.exchange(late)).json()["error"] == "invalid_grant"


async def test_a_token_of_a_year_has_no_refresh_token(oauth: OAuthClient) -> None:
    tokens = (await oauth.exchange(await oauth.code(), expires_in=31_536_000)).json()
    assert tokens["expires_in"] == 31_536_000
    assert "refresh_token" not in tokens


async def test_access_tokens_end_by_the_simulators_clock_and_are_refreshed(oauth: OAuthClient) -> None:
    old = await oauth.signed_in()
    oauth.api.world.clock.advance(28_800)
    expired = await oauth.models(old["access_token"])
    assert expired.status_code == 401
    assert expired.json()["error"]["message"].startswith("OAuth token has expired")
    new = (await oauth.refresh(old["refresh_token"])).json()
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert (await oauth.models(new["access_token"])).status_code == 200
    assert oauth.api.world.oauth.counts.refreshes == 1


async def test_a_spent_refresh_token_is_refused(oauth: OAuthClient) -> None:
    old = await oauth.signed_in()
    new = (await oauth.refresh(old["refresh_token"])).json()
    reused = await oauth.refresh(old["refresh_token"])
    assert (reused.status_code, reused.json()) == (
        400,
        {"error": "invalid_grant", "error_description": "Refresh token not found or invalid"},
    )
    assert oauth.api.world.oauth.counts.reuses == 1
    assert (await oauth.refresh(new["refresh_token"])).status_code == 200


async def test_a_spent_refresh_token_can_end_the_sign_in(oauth: OAuthClient) -> None:
    await oauth.http.put("/simulator/oauth", json={"reuse-revokes": True})
    old = await oauth.signed_in()
    new = (await oauth.refresh(old["refresh_token"])).json()
    await oauth.refresh(old["refresh_token"])
    assert (await oauth.refresh(new["refresh_token"])).status_code == 400
    revoked = await oauth.models(new["access_token"])
    assert (revoked.status_code, revoked.json()["error"]["message"]) == (401, "OAuth token has been revoked")


async def test_without_rotation_the_refresh_token_stays(oauth: OAuthClient) -> None:
    await oauth.http.put("/simulator/oauth", json={"rotates": False})
    token = (await oauth.signed_in())["refresh_token"]
    for _ in range(2):
        answer = await oauth.refresh(token)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()


async def test_a_refresh_is_for_its_client_and_without_the_federation_beta(oauth: OAuthClient) -> None:
    token = (await oauth.signed_in())["refresh_token"]
    assert (await oauth.refresh(token, "another")).json()["error"] == "invalid_grant"
    body = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT_ID}
    both = await oauth.http.post(
        TOKEN, json=body, headers={"anthropic-beta": "oauth-2025-04-20,oidc-federation-2026-04-01"}
    )
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    assert (await oauth.refresh(token)).status_code == 200


async def test_a_workloads_jwt_becomes_a_token(oauth: OAuthClient) -> None:
    world = oauth.api.world
    (ci,) = (account for account in world.accounts if account.name == "ci")
    right = {**RIGHT, "organization_id": ci.organization_id, "assertion": jwt(world.clock.now() + 60)}
    given = await oauth.token(**right)
    assert given.status_code == 200
    assert given.json()["scope"] == "workspace:developer"
    assert given.json()["expires_in"] == 3600
    assert "refresh_token" not in given.json()
    assert (await oauth.models(given.json()["access_token"])).status_code == 200
    wrong = [
        {"assertion": jwt(world.clock.now() - 1)},
        {"assertion": "no.jwt"},
        {"assertion": "a.%%.c"},
        {"organization_id": "another"},
        {"federation_rule_id": "fdrl_other"},
        {"service_account_id": "1"},
        {"workspace_id": "main"},
    ]
    for change in wrong:
        answer = await oauth.token(**{**right, **change})
        assert (answer.status_code, answer.json()["error"]["message"]) == (401, "Authentication failed"), change
    assert (world.oauth.counts.assertions, world.oauth.counts.refused) == (1, len(wrong))


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("503", 503, "application/json"),
        ("status;code=404", 404, "application/json"),
        ("html-502", 502, "text/html; charset=UTF-8"),
        ("429-windowless;retry-after=7", 429, "application/json"),
    ],
)
async def test_the_token_endpoint_fails_on_command(oauth: OAuthClient, fault: str, status: int, kind: str) -> None:
    token = (await oauth.signed_in())["refresh_token"]
    oauth.api.world.inject(fault, path=TOKEN, account="max", times=1)
    failed = await oauth.refresh(token)
    assert (failed.status_code, failed.headers["content-type"]) == (status, kind)
    assert (await oauth.refresh(token)).status_code == 200, "it was not spent"


@pytest.mark.parametrize("fault", ["reset-before-answer", "close-before-answer"])
async def test_a_lost_answer_has_spent_the_token(oauth: OAuthClient, fault: str) -> None:
    token = (await oauth.signed_in())["refresh_token"]
    oauth.api.world.inject(fault, path=TOKEN, times=1)
    with pytest.raises(httpx2.TransportError):
        await oauth.refresh(token)
    assert (await oauth.refresh(token)).json()["error"] == "invalid_grant"
    assert oauth.api.world.oauth.counts.refreshes == 1


async def test_faults_that_name_no_path_leave_sign_in_alone(oauth: OAuthClient) -> None:
    oauth.api.world.inject("529", times=1)
    tokens = await oauth.signed_in()
    assert (await oauth.models(tokens["access_token"])).status_code == 529


async def test_neither_the_log_nor_repr_shows_a_secret(oauth: OAuthClient) -> None:
    tokens = await oauth.signed_in()
    await oauth.models(tokens["access_token"])
    shown = (await oauth.http.get("/simulator/state")).text + (await oauth.http.get("/simulator/oauth")).text
    shown += repr(oauth.api.world) + repr(oauth.api.world.oauth)
    for secret in (tokens["access_token"], tokens["refresh_token"], VERIFIER):
        assert secret not in shown
