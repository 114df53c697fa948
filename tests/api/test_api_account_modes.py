"""Accounts that are not signed in to: tokens, profiles, federation; and another credential for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claudeflare.balancing.change import AttentionNeeded
from claudeflare.credentials.kinds import ApiKey, Profile, StaticToken, Wif
from harness.rest_api import NOW, Api

TOKEN = {"name": "static", "mode": "token", "token": "sk-ant-oat01-secret"}


def secret_of(api: Api, name: str) -> Any:
    account_id = api.services.accounts.get(name).account.id
    return api.services.credentials.opened(account_id).secret


@pytest.fixture
def profile(tmp_path: Path) -> dict[str, Any]:
    directory = tmp_path / "anthropic"
    for folder in ("configs", "credentials"):
        (directory / folder).mkdir(parents=True)
    (directory / "configs" / "default.json").write_text(json.dumps({"authentication": {"type": "user_oauth"}}))
    tokens = directory / "credentials" / "default.json"
    tokens.write_text(json.dumps({"access_token": "sk-ant-oat01-secret", "expires_at": NOW + 3600}))
    tokens.chmod(0o600)
    return {"name": "ant", "mode": "profile", "configDir": str(directory)}


@pytest.fixture
def federation(tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "identity.jwt"
    file.write_text("head.payload.signature")
    return {
        "name": "ci",
        "mode": "wif",
        "assertionFile": str(file),
        "federationRuleId": "fdrl_1",
        "organizationId": "0d6bd0e4-4a4c-4f0c-9a54-0a4b9c6b6f10",
        "serviceAccountId": "svac_1",
    }


async def test_a_subscriptions_token_needs_the_terms(api: Api) -> None:
    assert (await api.refused("POST", "/api/accounts", json=TOKEN))[1] == "terms_not_accepted"
    assert await api.get("/api/accounts") == []
    added = await api.post("/api/accounts", TOKEN | {"acceptTerms": True})
    assert (added["mode"], added["tokenRenewed"]) == ("token", False)
    assert secret_of(api, "static") == StaticToken("sk-ant-oat01-secret")
    other = await api.post("/api/accounts", {"name": "other", "mode": "token", "token": "a-gateways-token"})
    assert other["mode"] == "token"


async def test_a_profile_is_read_where_it_is(api: Api, profile: dict[str, Any]) -> None:
    added = await api.post("/api/accounts", profile)
    assert (added["mode"], added["tokenRenewed"], added["tokenStatus"]) == ("profile", False, "valid")
    assert secret_of(api, "ant") == Profile(directory=profile["configDir"], name="default")


async def test_a_workload(api: Api, federation: dict[str, Any]) -> None:
    added = await api.post("/api/accounts", federation)
    assert (added["mode"], added["tokenRenewed"]) == ("wif", True)
    assert isinstance(secret_of(api, "ci"), Wif)


async def test_what_does_not_fit_makes_nothing(api: Api, profile: dict[str, Any], federation: dict[str, Any]) -> None:
    wrong = [
        profile | {"configDir": "/nowhere"},
        profile | {"apiKey": "sk-x"},
        federation | {"assertionFile": "/nowhere"},
        {"name": "keyed", "mode": "console", "apiKey": "sk-x"},
        {"name": "keyed", "apiKey": "sk-ant-oat01-secret"},
    ]
    for body in wrong:
        status, code, message = await api.refused("POST", "/api/accounts", json=body)
        assert (status, code) == (400, "invalid_input"), body
        assert "secret" not in message
    assert await api.get("/api/accounts") == []


async def test_another_key_keeps_the_account_and_mends_it(api: Api) -> None:
    added = await api.add("main")
    api.services.state.apply([AttentionNeeded(added["id"], "the credential was refused")], NOW)
    api.services.states.apply([AttentionNeeded(added["id"], "the credential was refused")])
    assert (await api.get("/api/accounts/main"))["rateLimitStatus"] == "needs attention"
    before = api.services.credentials.credential(added["id"]).generation
    renewed = await api.post("/api/accounts/main/login", {"apiKey": "sk-ant-new"})
    assert renewed["id"] == added["id"]
    assert secret_of(api, "main") == ApiKey("sk-ant-new")
    assert api.services.credentials.credential(added["id"]).generation > before
    assert (await api.get("/api/accounts/main"))["rateLimitStatus"] == "ok"


async def test_another_token_needs_the_terms_too(api: Api) -> None:
    await api.post("/api/accounts", TOKEN | {"acceptTerms": True})
    body = {"token": "sk-ant-oat01-other"}
    assert (await api.refused("POST", "/api/accounts/static/login", json=body))[1] == "terms_not_accepted"
    await api.post("/api/accounts/static/login", body | {"acceptTerms": True})
    assert secret_of(api, "static") == StaticToken("sk-ant-oat01-other")


async def test_files_are_looked_at_again(api: Api, profile: dict[str, Any], federation: dict[str, Any]) -> None:
    await api.post("/api/accounts", profile)
    await api.post("/api/accounts", federation)
    for name in ("ant", "ci"):
        before = secret_of(api, name)
        assert (await api.post(f"/api/accounts/{name}/login", {}))["name"] == name
        assert secret_of(api, name) == before
    Path(federation["assertionFile"]).unlink()
    Path(profile["configDir"], "credentials", "default.json").unlink()
    for name in ("ant", "ci"):
        assert (await api.refused("POST", f"/api/accounts/{name}/login", json={}))[0] == 400
    assert (await api.refused("POST", "/api/accounts/nobody/login", json={}))[0] == 404
