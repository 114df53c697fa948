"""Accounts that are signed in to, from the page of the provider to an answer through the gateway."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx2
from anthropic import AsyncAnthropic
from stage import QUESTION

from claudeflare.simulator.accounts import SimulatedAccount
from harness.server import claudeflare_server
from harness.signing_in import allow, sign_in_environment
from harness.simulated_api import api_account, simulated_api, subscription


async def test_both_kinds_serve_at_once(tmp_path: Path) -> None:
    accounts = [subscription("max"), api_account("work", organization="acme")]
    async with (
        simulated_api(accounts) as api,
        claudeflare_server(api.url, tmp_path / "home", **sign_in_environment(api.url)) as server,
        AsyncAnthropic(base_url=server.url, api_key="sk-ant-api03-caller", max_retries=0) as client,
    ):
        served = []
        for number, (name, mode, who) in enumerate((("mine", "max", "max"), ("keyed", "console", "work")), start=1):
            body = {"name": name, "mode": mode, "priority": -number, "acceptTerms": True}
            begun = (await server.api.post("/api/oauth/init", json=body)).json()
            callback = {"sessionId": begun["sessionId"], "code": await allow(begun["authUrl"], who)}
            added = await server.api.post("/api/oauth/callback", json=callback)
            assert added.status_code == 200, added.text
            await server.until_accounts(configured=number, available=number)
            api.world.seen.clear()
            session = {"x-claudeflare-session": name}
            message = await client.messages.create(**QUESTION, extra_headers=session)
            assert message.content
            served += [request.account for request in api.world.seen]
        assert served == ["max", "work key 1"]
        # Neither codes nor tokens nor keys are in anything that was written down.
        written = server.log + "".join(
            file.read_text(errors="replace") for file in (tmp_path / "home" / "logs").glob("*")
        )
        assert "sk-ant-o" not in written
        assert "sk-ant-api03-" not in written
        assert callback["code"] not in written


async def test_a_wrong_code_and_a_missing_client(tmp_path: Path) -> None:
    async with simulated_api([subscription("max")]) as api:
        async with claudeflare_server(api.url, tmp_path / "with", **sign_in_environment(api.url)) as server:
            body = {"name": "mine", "mode": "max", "acceptTerms": True}
            begun = (await server.api.post("/api/oauth/init", json=body)).json()
            code = await allow(begun["authUrl"], "max")
            wrong = {"sessionId": begun["sessionId"], "code": "x" + code}
            answer = await server.api.post("/api/oauth/callback", json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
            right = {"sessionId": begun["sessionId"], "code": code}
            assert (await server.api.post("/api/oauth/callback", json=right)).status_code == 200
        async with claudeflare_server(api.url, tmp_path / "without") as server:
            refused = await server.api.post("/api/oauth/init", json=body)
            assert refused.status_code == 400
            assert "CLAUDEFLARE_OAUTH_CLIENT_ID" in refused.json()["error"]


async def test_accounts_that_need_no_sign_in_serve_as_well(tmp_path: Path) -> None:
    organization = "0d6bd0e4-4a4c-4f0c-9a54-0a4b9c6b6f10"
    ci = SimulatedAccount(name="ci", key="sk-ant-api03-ci", organization=organization, federation_rule="fdrl_ci")
    directory, identity = tmp_path / "anthropic", tmp_path / "identity.jwt"
    async with (
        simulated_api([subscription("max"), subscription("static"), ci]) as api,
        claudeflare_server(api.url, tmp_path / "home") as server,
        httpx2.AsyncClient(base_url=api.url) as simulator,
        AsyncAnthropic(base_url=server.url, api_key="sk-ant-api03-caller", max_retries=0) as client,
    ):
        given = (await simulator.post("/simulator/accounts/max/tokens", json={"client-id": "ant"})).json()
        write_profile(directory, api.url, given)
        identity.write_text(jwt(given["expires_at"]))
        await server.cli("add", "profile", "--mode", "profile", "--config-dir", str(directory), "--priority", "-1")
        arguments = ["--rule", "fdrl_ci", "--organization", organization, "--service-account", "svac_ci"]
        arguments += ["--assertion-file", str(identity), "--priority", "-2"]
        await server.cli("add", "workload", "--mode", "wif", *arguments)
        token = {"name": "token", "mode": "token", "token": "sk-ant-oat01-static", "priority": -3, "acceptTerms": True}
        assert (await server.api.post("/api/accounts", json=token)).status_code == 201
        await server.until_accounts(configured=3)
        for name in ("token", "workload", "profile"):
            answer = await client.messages.with_raw_response.create(
                **QUESTION, extra_headers={"x-claudeflare-session": name}
            )
            assert answer.headers["x-claudeflare-account"] == name
            assert (await server.cli("pause", name)).stderr == ""
            available = 2 - ("token", "workload", "profile").index(name)
            await server.until_accounts(available=available)
        asked = [request.account for request in api.world.seen if request.path.startswith("/v1/messages")]
        assert asked == ["static", "ci", "max"]


def write_profile(directory: Path, base_url: str, tokens: dict[str, Any]) -> None:
    """As `ant auth login` leaves it."""
    for folder in ("configs", "credentials"):
        (directory / folder).mkdir(parents=True)
    config = {"authentication": {"type": "user_oauth", "client_id": "ant"}, "base_url": base_url}
    (directory / "configs" / "default.json").write_text(json.dumps(config))
    file = directory / "credentials" / "default.json"
    kept = {name: tokens[name] for name in ("access_token", "refresh_token", "expires_at")}
    file.write_text(json.dumps({"version": "1.0", "type": "oauth_token", **kept}))
    file.chmod(0o600)


def jwt(expires_at: float) -> str:
    """An identity token nobody has signed."""
    parts = ({"alg": "none"}, {"sub": "ci", "exp": expires_at})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "signature"])
