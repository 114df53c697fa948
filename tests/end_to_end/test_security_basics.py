"""What must not get through: foreign hosts and pages, missing tokens, paths in disguise; and secrets stay secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from stage import CALLER_KEY, QUESTION, Stage, fault

from harness.server import claudeflare_server
from harness.simulated_api import simulated_api

in_session = pytest.mark.asyncio(loop_scope="session")


def request(line: str, *fields: str, host: str = "localhost", body: bytes = b"") -> bytes:
    lines = [f"{line} HTTP/1.1", f"host: {host}", "connection: close", *fields]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@in_session
@pytest.mark.parametrize("path", ["/v1/messages", "/api/accounts", "/health", "/dashboard"])
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"])
async def test_a_foreign_host(stage: Stage, path: str, host: str) -> None:
    await stage.server.add("alpha")
    status, answer = await stage.server.raw(request(f"GET {path}", "x-api-key: any", host=host))
    if path == "/health":
        assert status in (200, 421)
    else:
        assert status == 421
        assert b"CLAUDEFLARE_ALLOWED_HOSTS" in answer
    assert stage.seen == []


@in_session
@pytest.mark.parametrize("field", ["origin: https://evil.example", "origin: null", "sec-fetch-site: cross-site"])
async def test_a_page_of_another_origin_spends_no_quota(stage: Stage, field: str) -> None:
    await stage.server.add("alpha")
    body = json.dumps(QUESTION).encode()
    status, answer = await stage.server.raw(request("POST /v1/messages", field, "x-api-key: any", body=body))
    assert status == 403
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["type"] == "permission_error"
    assert stage.seen == []


@in_session
@pytest.mark.parametrize("token", ["", "authorization: Bearer wrong", "x-api-key: any", "authorization: Basic Og=="])
@pytest.mark.parametrize("path", ["/api/accounts", "/api/requests", "/api/config", "/api/docs", "/api/nothing"])
async def test_the_api_needs_the_control_token(stage: Stage, path: str, token: str) -> None:
    await stage.server.add("alpha")
    fields = [token] if token else []
    status, answer = await stage.server.raw(request(f"GET {path}", *fields))
    assert status == 401
    assert b"alpha" not in answer


@in_session
async def test_a_write_from_another_origin_is_refused_with_the_token_too(stage: Stage) -> None:
    await stage.server.add("alpha")
    token = f"authorization: Bearer {stage.server.token}"
    status, _ = await stage.server.raw(request("POST /api/accounts/alpha/pause", token, "origin: https://evil.example"))
    assert status == 403
    assert (await stage.server.account("alpha"))["paused"] is False


@in_session
@pytest.mark.parametrize(
    "path",
    [
        "/v1/../api/accounts",
        "/v1/%2e%2e/api/accounts",
        "/v1/%2E%2E/api/accounts",
        "/v1/.%2e/api/accounts",
        "/v1/..%2fapi/accounts",
        "/v1/..\\api/accounts",
        "/v1/messages/../../api/accounts",
        "/v1/messages/%2e%2e/%2e%2e/api/accounts",
        "/v1/./messages",
        "//v1/messages",
        "/V1/messages",
        "/%761/messages",
        "/v1%2fmessages",
        "/api/../v1/messages",
        "/api%2faccounts",
        "/./api/accounts",
        "//api/accounts",
        "/health/../api/accounts",
        "http://localhost/api/accounts",
        "http://evil.example/v1/messages",
        "/v1/messages#/../../api",
    ],
)
async def test_paths_in_disguise(stage: Stage, path: str) -> None:
    """None reaches control as if it had a token, and none the upstream with our credential."""
    await stage.server.add("alpha")
    for method in ("GET", "POST"):
        body = json.dumps(QUESTION).encode() if method == "POST" else b""
        status, answer = await stage.server.raw(request(f"{method} {path}", "x-api-key: any", body=body))
        assert status in (400, 401, 404, 405, 421), answer
        assert b'"tokenStatus"' not in answer
    assert stage.seen == []


@in_session
async def test_only_our_credential_goes_upstream(stage: Stage) -> None:
    """Whatever way the caller sends credentials, and even if `connection` asks to strip them."""
    await stage.server.add("alpha")
    body = json.dumps(QUESTION).encode()
    fields = (
        "X-API-KEY: sk-ant-api03-caller",
        "Authorization: Bearer sk-ant-api03-second",
        "cookie: sessionKey=secret",
        "proxy-authorization: Basic Og==",
        "anthropic-version: 2023-06-01",
        "connection: x-api-key",
    )
    status, answer = await stage.server.raw(request("POST /v1/messages", *fields, body=body))
    assert status == 200, answer
    (seen,) = stage.seen
    assert seen.account == "alpha"
    credentials = [name.lower() for name, _ in seen.fields if re.search("auth|key|cookie", name.lower())]
    assert credentials == ["x-api-key"]


@in_session
async def test_the_control_token_never_reaches_the_upstream(stage: Stage) -> None:
    """A tool that sends its token everywhere sends it to /v1 as well."""
    await stage.server.add("alpha")
    answer = await stage.server.api.post("/v1/messages", json=QUESTION, headers={"anthropic-version": "2023-06-01"})
    assert answer.status_code == 200
    assert stage.server.token not in str(stage.seen[0].fields)


async def test_secrets_are_nowhere_in_plain(tmp_path: Path) -> None:
    """Not in the data directory, whatever went wrong, nor in what the processes and commands print."""
    home = tmp_path / "home"
    planted = {name: f"sk-ant-api03-planted-{name}-0123456789abcdef" for name in ("alpha", "beta")}
    printed = []
    async with (
        simulated_api() as upstream,
        claudeflare_server(upstream.url, home, LOG_LEVEL="debug") as server,
        AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client,
    ):
        for name, key in planted.items():
            added = await server.cli("add", name, input=key)
            printed += [added.stdout, added.stderr]
        await server.until_accounts(configured=2)
        for name in ("401", "500", "429-window", "reset-before-answer", "on-hold"):
            with pytest.raises(anthropic.APIError):
                await client.messages.create(**QUESTION, extra_headers=fault(name))
            await server.api.post("/api/accounts/alpha/clear-limit")
            await server.api.post("/api/accounts/beta/clear-limit")
        duplicate = await server.cli("add", "alpha", input=planted["beta"], exit_code=1)
        malformed = await server.api.post("/api/accounts", json={"name": 1, "apiKey": planted["alpha"], "x": 2})
        assert malformed.is_client_error
        commands = [server.cli(*words.split()) for words in ("list --json", "show alpha --json", "config show --json")]
        printed += [duplicate.stdout, duplicate.stderr, malformed.text]
        printed += [(await command).stdout for command in commands]
        printed += [path.read_text() for pid in server.processes() if (path := Path(f"/proc/{pid}/cmdline")).exists()]
        running = _files(home)
        assert await server.stop() == 0
        printed.append(server.log)
    places = {"what is printed": "".join(printed).encode(), **running, **_files(home)}
    assert any(path.endswith(".db") for path in places)
    secrets = [*planted.values(), CALLER_KEY]
    found = [(place, secret) for place, content in places.items() for secret in secrets if secret.encode() in content]
    assert found == []
    # Who may read what: the owner, and nobody else.
    assert {oct(path.stat().st_mode & 0o077) for path in (home, *home.rglob("*"))} == {"0o0"}


def _files(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@in_session
async def test_health_says_no_more_than_counts(stage: Stage) -> None:
    await stage.server.add("alpha")
    async with httpx2.AsyncClient() as anybody:
        health = await anybody.get(f"{stage.server.url}/health")
    assert health.status_code == 200
    assert "alpha" not in health.text
