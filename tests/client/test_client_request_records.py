"""Pages of requests, and what there is to one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from claudeflare.client.client import Client
from claudeflare.client.request_records import Page
from claudeflare.errors import InvalidInput, NotFound
from harness.api_examples import REQUEST, seeded
from harness.recorded_requests import keep, plain


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with seeded(tmp_path / "home") as server:
        keep(server, *(plain(number) for number in range(5)))
        async with httpx2.AsyncClient(base_url=server.url, headers=server.headers, trust_env=False) as http:
            yield Client(http, where=server.url, token_source="a test")


async def test_pages_lead_to_the_next(client: Client) -> None:
    first = await client.request_page({"model": "claude-haiku-4-5", "account": None}, 3)
    assert [each["id"] for each in first.requests] == [f"req_{number:06}" for number in range(3)]
    second = await client.request_page({"model": "claude-haiku-4-5", "cursor": first.cursor}, 3)
    assert [each["id"] for each in second.requests] == ["req_000003", "req_000004"]
    assert second.cursor is None
    assert await client.request_page({"model": "none"}, 3) == Page([], None)
    assert len([each async for each in client.requests({}, limit=4)]) == 4
    with pytest.raises(InvalidInput, match="There is no status 'odd'"):
        await client.request_page({"status": "odd"}, 3)


async def test_one_request(client: Client) -> None:
    assert (await client.request(REQUEST))["id"] == REQUEST
    assert (await client.request_cost(REQUEST))["costUsd"] == pytest.approx(0.0373)
    assert (await client.explain(REQUEST))["policy"] == "session"
    assert (await client.payload(REQUEST, "request"))["response"] is None
    assert (await client.payload_bytes(REQUEST, "request")).startswith(b'{"model"')
    with pytest.raises(NotFound, match="There is no request 'req gone' on record"):
        await client.request_cost("req gone")
    with pytest.raises(NotFound, match="There is no request 'req gone' on record"):
        await client.payload_bytes("req gone", "request")
