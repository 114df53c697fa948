from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from claudeflare.api.security import allowed_hosts
from claudeflare.api.security_headers import DATA_POLICY, PAGE_POLICY
from claudeflare.http1.hosts import ANY_ADDRESS
from claudeflare.settings import Settings
from harness.rest_api import Api, open_api


def routes(api: Api) -> list[tuple[str, str]]:
    described = api.control.app.openapi()["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", "")) for path in described for method in described[path]
    ]


async def test_every_route_and_the_documentation_need_the_token(api: Api) -> None:
    everything = [*routes(api), ("GET", "/api/docs"), ("GET", "/api/openapi.json"), ("GET", "/api"), ("GET", "/api/x")]
    assert len(everything) > 15
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {api.control.token}"}):
        async with httpx2.AsyncClient(
            base_url="http://127.0.0.1", transport=httpx2.ASGITransport(app=api.control.app), headers=headers
        ) as stranger:
            for method, path in everything:
                if path in ("/api/sign-in", "/metrics"):
                    continue  # test_api_sign_in and below
                response = await stranger.request(method, path)
                assert response.status_code == 401, (method, path)
                assert response.headers["www-authenticate"] == "Bearer"
                assert set(response.json()) == {"error", "code", "details"}
                assert response.json()["code"] == "unauthorized"


async def test_the_documentation_is_there_with_the_token(api: Api) -> None:
    assert (await api.client.get("/api/docs")).headers["content-type"].startswith("text/html")
    assert (await api.get("/api/openapi.json"))["info"]["title"] == "Claudeflare"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "claude.localhost", "LOCALHOST"])
async def test_loopback_names_are_answered(api: Api, host: str) -> None:
    assert (await api.client.get("/api/accounts", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "localhost.evil.example", "", "a b"])
async def test_other_hosts_are_refused_even_with_the_token(api: Api, host: str) -> None:
    for path in ("/api/accounts", "/dashboard", "/"):
        status, code, message = await api.refused("GET", path, headers={"host": host})
        assert (status, code) == (403, "host_refused")
        assert "CLAUDEFLARE_ALLOWED_HOSTS" in message


async def test_the_owner_can_allow_a_host(tmp_path: Path) -> None:
    async with open_api(tmp_path, allowed_hosts=("Proxy.Example",)) as api:
        assert (await api.client.get("/api/accounts", headers={"host": "proxy.example:8080"})).status_code == 200


def test_names_that_the_owners_settings_allow() -> None:
    assert allowed_hosts(Settings(public_url="https://claude.example:8443")) == {"claude.example"}
    assert allowed_hosts(Settings(host="Box.lan")) == {"box.lan"}
    for address in ("0.0.0.0", "::", "10.0.0.5", "FD00::1"):
        assert allowed_hosts(Settings(host=address)) == {ANY_ADDRESS}
    for loopback in ("127.0.0.1", "::1", "localhost"):
        assert allowed_hosts(Settings(host=loopback)) == frozenset()


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null", "", "file://"])
async def test_a_page_of_another_site_changes_nothing_even_with_the_token(api: Api, origin: str) -> None:
    await api.add("main")
    writes = [("POST", "/api/accounts/main/pause"), ("PATCH", "/api/accounts/main"), ("DELETE", "/api/accounts/main")]
    for method, path in writes:
        status, code, _ = await api.refused(method, path, headers={"origin": origin}, json={"confirm": "main"})
        assert (status, code) == (403, "origin_refused")
    assert (await api.get("/api/accounts/main"))["paused"] is False


async def test_our_own_page_may_write_and_any_page_with_the_token_read(api: Api) -> None:
    await api.add("main")
    own = {"origin": "http://127.0.0.1:8080"}
    assert (await api.client.post("/api/accounts/main/pause", headers=own)).status_code == 200
    foreign = await api.client.get("/api/accounts", headers={"origin": "https://evil.example"})
    assert foreign.status_code == 200
    assert not [name for name in foreign.headers if name.startswith("access-control-")]


async def test_preflight_requests_get_no_permission(api: Api) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for path in ("/api/accounts", "/api/sign-in", "/dashboard", "/"):
        response = await api.client.options(path, headers=headers)
        assert response.status_code == 405
        assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_every_answer_tells_browsers_what_it_may_do(api: Api) -> None:
    answers = [
        await api.client.get("/api/accounts"),
        await api.client.get("/api/nothing"),
        await api.client.get("/dashboard/nothing"),
        await api.client.get("/api/accounts", headers={"authorization": "Bearer wrong"}),
        await api.client.get("/api/accounts", headers={"host": "evil.example"}),
        await api.client.post("/api/accounts", json={"name": 1}),
        await api.client.options("/api/accounts"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        if "/api" in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["content-security-policy"] == DATA_POLICY
        else:
            assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "script-src 'self';" in PAGE_POLICY


async def test_pages_have_the_policy_of_pages(api: Api) -> None:
    docs = await api.client.get("/api/docs")
    assert docs.headers["content-security-policy"] == PAGE_POLICY


async def test_wrong_tokens_are_soon_looked_at_no_more(api: Api) -> None:
    guess = {"authorization": "Bearer guess", "x-claudeflare-peer": "192.0.2.1"}
    for _ in range(10):
        assert (await api.client.get("/api/accounts", headers=guess)).status_code == 401
    refused = await api.client.get("/api/accounts", headers=guess)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "6"
    assert refused.json()["code"] == "too_many_attempts"
    # Nobody else waits for that, nor does the owner at the same address: the token is too long to be found by trying.
    assert (await api.client.get("/api/accounts", headers=guess | {"x-claudeflare-peer": "192.0.2.2"})).is_client_error
    assert (await api.client.get("/api/accounts", headers={"x-claudeflare-peer": "192.0.2.1"})).status_code == 200
    api.clock.now += 6.1
    assert (await api.client.get("/api/accounts", headers=guess)).status_code == 401


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"host": "127.0.0.1"}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "::1"}, 200),
        ({"host": "0.0.0.0"}, 401),
        ({"host": "127.0.0.1", "public_url": "https://claude.example"}, 401),
    ],
)
async def test_metrics_are_open_on_loopback_only(tmp_path: Path, settings: dict[str, str], status: int) -> None:
    async with open_api(tmp_path, **settings) as api:
        response = await api.client.get("/metrics", headers={"authorization": ""})
        assert response.status_code == status
        assert (await api.client.get("/metrics")).status_code == 200
