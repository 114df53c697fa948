"""What strangers on the network, pages of other sites and liars in header fields can do to a whole server: nothing."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from stage import QUESTION

from claudeflare.access.presented_token import COOKIE
from claudeflare.access.throttle import ADDRESS_BURST
from harness.server import START_SECONDS, ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import api_account, simulated_api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClaudeflareServer]:
    """A server of its own: these tests use up what strangers may guess."""
    home = tmp_path_factory.mktemp("visited") / "home"
    async with simulated_api([api_account("alpha")]) as upstream, claudeflare_server(upstream.url, home) as server:
        await server.add("alpha")
        yield server
        assert "Traceback" not in server.log


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    lines = [f"{line} HTTP/1.1", "connection: close", *fields]
    if not any(field.startswith("host:") for field in fields):
        lines.append("host: localhost")
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


DISGUISES = [
    ("x-claudeflare-peer: 192.0.2.{n}",),
    ("X-CLAUDEFLARE-PEER: 192.0.2.{n}",),
    ("x-claudeflare-peer: 192.0.2.{n}", "connection: close, x-claudeflare-peer"),
    ("x-claudeflare-peer: ",),
    ("x-forwarded-for: 192.0.2.{n}", "forwarded: for=192.0.2.{n}", "x-real-ip: 192.0.2.{n}"),
]


async def test_guessing_is_counted_by_the_address_it_comes_from_whatever_it_says(server: ClaudeflareServer) -> None:
    statuses = []
    for number in range(int(ADDRESS_BURST) + 5):
        fields = [field.format(n=number) for field in DISGUISES[number % len(DISGUISES)]]
        status, _ = await server.raw(request("GET /api/accounts", "authorization: Bearer wrong", *fields))
        statuses.append(status)
    assert statuses[:3] == [401] * 3
    assert statuses[-1] == 429
    # Whoever has the right one is not kept waiting for it.
    assert (await server.api.get("/api/accounts")).status_code == 200
    shown = request("POST /api/sign-in", "content-type: application/json", body=b'{"token": "wrong"}')
    assert (await server.raw(shown))[0] == 429


@pytest.mark.parametrize(
    "fields",
    [
        ("origin: https://evil.example",),
        ("origin: null",),
        ("origin: http://localhost.evil.example",),
        ("origin: http://localhost:3000",),
        ("origin: file://",),
    ],
)
async def test_a_page_of_another_site_signs_nobody_in_and_nobody_out(
    server: ClaudeflareServer, fields: tuple[str, ...]
) -> None:
    """Login CSRF: a visitor who works in an attacker's session would hand over what he enters there."""
    body = json.dumps({"token": server.token}).encode()
    # What a form or a simple request of a page can send (Fetch §3.2): no JSON is needed to try.
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        status, answer = await server.raw(request("POST /api/sign-in", f"content-type: {kind}", *fields, body=body))
        assert status == 403
        assert b"set-cookie" not in answer.lower()
    async with signed_in(server) as page:
        cookie = f"cookie: {COOKIE}={page.cookies[COOKIE]}"
        for line in ("POST /api/sign-out", "POST /api/token/rotate", "DELETE /api/accounts/alpha"):
            assert (await server.raw(request(line, cookie, *fields)))[0] == 403
            assert (await server.raw(request(line, cookie)))[0] == 403
        assert (await page.get("/api/accounts")).status_code == 200
        await page.post("/api/sign-out")


def signed_in(server: ClaudeflareServer) -> httpx2.AsyncClient:
    """A browser that is signed in once it has asked for something."""
    client = httpx2.AsyncClient(base_url=server.url, headers={"origin": server.url}, timeout=START_SECONDS)
    answer = httpx2.post(
        f"{server.url}/api/sign-in", json={"token": server.token}, headers={"origin": server.url}, trust_env=False
    )
    client.cookies.set(COOKIE, answer.cookies[COOKIE])
    return client


@pytest.mark.parametrize(
    "path", ["/", "/api/session", "/api/events", "/api/docs", "/dashboard", "/metrics", "/v1/models"]
)
async def test_a_name_that_was_made_to_lead_here_leads_nowhere(server: ClaudeflareServer, path: str) -> None:
    token = f"authorization: Bearer {server.token}"
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "[::1].evil.example"):
        status, answer = await server.raw(request(f"GET {path}", f"host: {host}", token))
        assert status in (400, 421)
        assert b"alpha" not in answer


TRAVERSALS = [
    "/dashboard/../../../../../../etc/passwd",
    "/dashboard/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/dashboard/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/dashboard/..%5c..%5c..%5cetc%5cpasswd",
    "/dashboard/%252e%252e/%252e%252e/etc/passwd",
    "/dashboard//etc/passwd",
    "/dashboard/%2fetc%2fpasswd",
    "/dashboard/assets/../../../../../../../etc/passwd",
    "/dashboard/....//....//etc/passwd",
    "/dashboard/index.html%00.js",
    "/dashboard/%c0%ae%c0%ae/etc/passwd",
    "/dashboard/file:///etc/passwd",
    "/api/docs/../../../../etc/passwd",
    "/api/requests/..%2f..%2f..%2fetc%2fpasswd/payload?part=request&raw=1",
    "/api/accounts/..%2f..%2fsecret.key",
]


@pytest.mark.parametrize("path", TRAVERSALS)
async def test_no_path_leads_to_a_file_of_the_machine(server: ClaudeflareServer, path: str) -> None:
    for token in ((), (f"authorization: Bearer {server.token}",)):
        status, answer = await server.raw(request(f"GET {path}", *token))
        assert status in (200, 307, 400, 401, 404, 422, 503), answer
        assert b"root:" not in answer
        # An answer is the page itself, or an error in words: never HTML made of the path.
        if status != 200:
            assert b"text/html" not in answer.partition(b"\r\n\r\n")[0].lower()


NAMES = {
    "splits a field": "a\r\nx-evil: 1",
    "splits a line": "a\nINFO all is well",
    "returns": "a\rb",
    "drives a terminal": "\x1b[2Jcleared",
    "ends a string": "a\0b",
    "turns around": "a\u202eb",
    "separates lines elsewhere": "a\u2028b",
    "half of a pair": "a\ud800b",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_no_name_of_an_account_or_a_key_can_say_more_than_a_name(server: ClaudeflareServer, name: str) -> None:
    for path, body in (
        ("/api/accounts", {"name": name, "apiKey": "sk-ant-api03-hostile"}),
        ("/api/accounts/alpha/rename", {"name": name}),
        ("/api/keys", {"name": name}),
    ):
        answer = await server.api.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.is_client_error, answer.text
        assert "x-evil" not in answer.headers


async def test_a_name_that_looks_dangerous_and_is_none_comes_back_as_it_is(server: ClaudeflareServer) -> None:
    name = "Zoë 🦊 <script>alert(1)</script> {{7*7}}"
    renamed = await server.api.post("/api/accounts/alpha/rename", json={"name": name})
    assert renamed.status_code == 200, renamed.text
    asked = request(
        "POST /v1/messages",
        "anthropic-version: 2023-06-01",
        "x-api-key: any",
        body=json.dumps(QUESTION).encode(),
    )

    async def named() -> bool:
        return f"\r\nx-claudeflare-account: {name}\r\n".encode() in (await server.raw(asked))[1]

    await eventually(named, "the gateway to know the name")
    (listed,) = (await server.api.get("/api/accounts")).json()
    assert listed["name"] == name
    shown = await server.cli("list")
    assert name in re.sub(r"\s*\n\s*", " ", shown.stdout) or "Zoë" in shown.stdout
    await server.api.post(f"/api/accounts/{listed['id']}/rename", json={"name": "alpha"})


async def test_what_an_upstream_and_a_client_say_drives_no_terminal(server: ClaudeflareServer) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    # The API repeats in its error what it does not know.
    await server.api.post(
        "/v1/messages",
        json={**QUESTION, "model": f"claude-sonnet-4-6{evil}"},
        headers={
            "anthropic-version": "2023-06-01",
            "user-agent": evil.encode("latin-1", "replace").replace(b"\x1b", b"\x9b").replace(b"\x07", b""),
            "x-claudeflare-session": "s\x9b2J".encode(),
        },
    )
    record = (await server.requests(lambda listed: listed[0]["statusCode"] == 404))[0]
    assert "\x1b" in record["errorMessage"]
    request_id = record["id"]
    for words in ("requests", "requests --json", f"request {request_id}", f"request {request_id} --json", "audit"):
        shown = await server.cli(*words.split())
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown.stdout + shown.stderr), words
    assert "\x1b" not in server.log


async def test_metrics_name_no_secret_and_strangers_elsewhere_cannot_read_them(server: ClaudeflareServer) -> None:
    metrics = await server.api.get("/metrics", headers={"authorization": ""})
    assert metrics.status_code == 200
    for secret in (server.token, "sk-ant", "cfk_"):
        assert secret not in metrics.text


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b'{"name":"x","apiKey":' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"a":1' + b"0" * DEEP,
    ],
    ids=["arrays", "objects", "in a field", "a number"],
)
async def test_json_that_is_nested_or_long_beyond_reason_is_refused(server: ClaudeflareServer, body: bytes) -> None:
    headers = {"content-type": "application/json", "anthropic-version": "2023-06-01"}
    for path in ("/api/accounts", "/api/keys", "/api/simulate", "/api/sign-in", "/api/oauth/init"):
        answer = await server.api.post(path, content=body, headers={**headers, "origin": server.url})
        assert answer.is_client_error, (path, answer.status_code)
    # What a client sends is its own business, and the upstream's to refuse.
    answer = await server.api.post("/v1/messages", content=body, headers=headers)
    assert answer.is_client_error
    assert (await server.api.get("/health")).json()["ready"] is True
