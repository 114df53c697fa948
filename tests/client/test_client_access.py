from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from claudeflare.client.access import PAGE, AuditEntry
from claudeflare.client.client import Client
from claudeflare.errors import Unauthorized
from harness.rest_api import Api, open_api


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


def client_of(http: httpx2.AsyncClient) -> Client:
    return Client(http, where="here", token_source="the test")


async def test_a_link(api: Api) -> None:
    link = await client_of(api.client).sign_in_link()
    assert link["url"].endswith(link["path"])
    assert link["path"].startswith("/dashboard#sign-in=")


async def test_rotation(api: Api) -> None:
    client = client_of(api.client)
    made = await client.rotate_token()
    assert made == {"token": api.control.token, "sessionsEnded": 0}
    with pytest.raises(Unauthorized):
        await client.sign_in_link()


async def test_changes_over_more_than_one_page(api: Api) -> None:
    for _ in range(PAGE + 5):
        await api.post("/api/stats/reset")
    await api.add("main")
    client = client_of(api.client)

    async def found(limit: int, **filters: str | None) -> list[AuditEntry]:
        return await client.changes(filters, limit)

    everything = await found(PAGE + 100)
    assert len(everything) == PAGE + 6
    assert everything[0]["action"] == "add-account"
    assert [each["id"] for each in await found(PAGE + 2)] == [each["id"] for each in everything[: PAGE + 2]]
    assert len(await found(10, action="add-account", subject=None)) == 1
