"""`/dashboard` as a browser asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from claudeflare.api.dashboard import dashboard_router
from claudeflare.api.dashboard_files import DashboardFiles
from claudeflare.api.errors import install_error_handlers
from harness.rest_api import Api

SCRIPT = "assets/app-1a2b.js"
PACKED = brotli.compress(b"go()")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    directory = tmp_path / "dist"
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<!doctype html><title>Claudeflare</title>")
    (directory / SCRIPT).write_text("go()")
    (directory / f"{SCRIPT}.br").write_bytes(PACKED)
    return directory


@pytest_asyncio.fixture
async def client(dist: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(dashboard_router(DashboardFiles(dist)))
    install_error_handlers(app)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:8080", transport=transport) as client:
        yield client


async def test_the_root_leads_to_it(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/dashboard")


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/", "/dashboard/requests/0193"])
async def test_every_page_is_the_same_file(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "Claudeflare" in answer.text


async def test_a_script_is_sent_compressed_and_kept(client: httpx2.AsyncClient) -> None:
    async with client.stream("GET", f"/dashboard/{SCRIPT}", headers={"accept-encoding": "br"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert raw == PACKED
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]


async def test_a_client_without_compression_gets_it_plain(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/dashboard/{SCRIPT}", headers={"accept-encoding": "identity"})
    assert answer.text == "go()"
    assert "content-encoding" not in answer.headers


async def test_what_did_not_change_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    etag = (await client.get("/dashboard")).headers["etag"]
    for known in (etag, f'"other", W/{etag}'):
        answer = await client.get("/dashboard", headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    plain = (await client.get(f"/dashboard/{SCRIPT}", headers={"accept-encoding": "identity"})).headers["etag"]
    packed = await client.get(f"/dashboard/{SCRIPT}", headers={"accept-encoding": "br", "if-none-match": plain})
    assert packed.status_code == 200, "each encoding is known by a tag of its own"


async def test_head_has_no_body(client: httpx2.AsyncClient) -> None:
    answer = await client.head("/dashboard")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_a_file_of_another_version_is_missing_in_the_one_shape(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/dashboard/assets/app-gone.js")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert "load the page again" in answer.json()["error"]


async def test_a_checkout_says_how_to_build_it(client: httpx2.AsyncClient, dist: Path) -> None:
    (dist / "index.html").unlink()
    answer = await client.get("/dashboard")
    assert answer.status_code == 503
    assert "make dashboard" in answer.text


async def test_the_page_needs_no_token_and_its_policy_holds(api: Api) -> None:
    answer = await api.client.get("/dashboard", headers={"authorization": ""})
    assert answer.status_code in (200, 503)
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_long_answers_of_the_api_are_sent_compressed(api: Api) -> None:
    for number in range(20):
        api.record(f"request-{number}")
    async with api.client.stream("GET", "/api/requests", headers={"accept-encoding": "gzip"}) as answer:
        sent = sum([len(part) async for part in answer.aiter_raw()])
    plain = await api.client.get("/api/requests", headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert sent * 5 < len(plain.content)
