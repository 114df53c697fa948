from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from claudeflare.api.security import allowed_hosts
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


def test_the_address_the_owner_listens_on_is_allowed_unless_it_means_any() -> None:
    assert allowed_hosts(Settings(host="10.0.0.5")) == {"10.0.0.5"}
    assert allowed_hosts(Settings(host="FD00::1")) == {"[fd00::1]"}
    for anywhere in ("0.0.0.0", "::"):
        assert allowed_hosts(Settings(host=anywhere)) == frozenset()


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
    response = await api.client.options("/api/accounts", headers=headers)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control-")]
