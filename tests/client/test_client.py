from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from claudeflare.client.account_credentials import NewAccount
from claudeflare.client.client import Client
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.client.resources import Account, Part, Payload, Request, Stats
from claudeflare.errors import Conflict, InvalidInput, NotFound, Unreachable
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings
from harness.captured import capture
from harness.data_directory import add_requests, priced, request

CAPTURED = "cf_000000000000000000000006"
FRESH: NewAccount = {
    "name": "a/b c?d",
    "mode": "api-key",
    "tier": 1,
    "priority": 0,
    "baseUrl": None,
    "apiKey": "sk-ant-api03-fresh",
}


@pytest.fixture
async def client(loaded: LoadedSettings, in_process: OpenControl) -> AsyncIterator[Client]:
    async with connect(Target(loaded), in_process) as client:
        yield client


def ids(requests: list[Request]) -> list[int]:
    return [int(found["id"].removeprefix("cf_"), 16) for found in requests]


async def test_every_field_the_types_name_is_answered(client: Client) -> None:
    account = await client.account("spare")
    assert account.keys() >= Account.__annotations__.keys()
    assert account["limits"][0].keys() >= {"modelClass", "reason", "until"}
    assert (await client.stats()).keys() >= Stats.__annotations__.keys()
    found = [request async for request in client.requests({}, 1)]
    assert found[0].keys() >= Request.__annotations__.keys()


async def test_an_account_through_its_life(client: Client) -> None:
    added = await client.add_account(FRESH)
    name = added["name"]
    assert name == "a/b c?d"
    assert (await client.pause(name))["paused"]
    assert not (await client.resume(name))["paused"]
    assert (await client.set_tier(name, 20))["tier"] == 20
    assert (await client.rename(name, "fresh"))["name"] == "fresh"
    assert (await client.account("fresh"))["id"] == added["id"]
    await client.remove_account("fresh")
    with pytest.raises(NotFound):
        await client.account("fresh")


async def test_clearing_a_limit(client: Client) -> None:
    assert (await client.clear_limit("spare"))["rateLimitStatus"] == "ok"


async def test_errors_of_the_api(client: Client) -> None:
    with pytest.raises(Conflict):
        await client.add_account({**FRESH, "name": "work"})
    with pytest.raises(InvalidInput):
        await client.set_tier("work", 7)
    with pytest.raises(NotFound):
        await client.request("cf_none")
    with pytest.raises(InvalidInput):
        await client.stats("soon")


async def test_requests_are_paged_to_the_limit(client: Client) -> None:
    sizes = [len(page) async for page in client.request_pages({}, limit=5, page_size=2)]
    assert sizes == [2, 2, 1]
    assert ids([found async for found in client.requests({}, 5)]) == [6, 5, 4, 3, 2]


async def test_requests_without_a_limit_are_all(client: Client, home: Home) -> None:
    add_requests(home, *(priced(request(number, 100_000 + number)) for number in range(100, 700)))
    found = [request async for request in client.requests({})]
    assert len(found) == len({request["id"] for request in found}) == 606


async def test_requests_are_filtered(client: Client) -> None:
    assert ids([found async for found in client.requests({"status": "refused", "model": None})]) == [3]
    assert [page async for page in client.request_pages({"account": "nobody"})] == []


async def test_a_request_and_its_explanation(client: Client) -> None:
    detail = await client.request("cf_000000000000000000000002")
    assert [attempt["account"] for attempt in detail["attempts"]] == ["spare", "work"]
    explanation = await client.explain("cf_000000000000000000000002")
    assert len(explanation["steps"]) == 4


async def test_what_a_request_consisted_of(client: Client, home: Home) -> None:
    with pytest.raises(NotFound, match="on record"):
        await client.payload(CAPTURED)
    with pytest.raises(NotFound, match="on record"):
        await client.payload_bytes(CAPTURED, "request")
    capture(home.directory, CAPTURED, b"{}", b"\xff\xfe")
    found = await client.payload(CAPTURED)
    assert set(found) == set(Payload.__annotations__)
    assert found["response"] is not None
    assert set(found["response"]) == set(Part.__annotations__)
    assert found["response"]["base64"]
    assert (await client.payload(CAPTURED, "request"))["response"] is None
    assert await client.payload_bytes(CAPTURED, "response") == b"\xff\xfe"


async def test_configuration_and_strategy(client: Client) -> None:
    assert await client.strategy() == {"strategy": "session"}
    assert "session" in await client.strategies()
    assert await client.set_strategy("session") == {"strategy": "session"}
    with pytest.raises(InvalidInput):
        await client.set_strategy("luck")
    assert (await client.config())["strategy"] == "session"


async def test_resetting_statistics(client: Client) -> None:
    assert (await client.stats())["totalRequests"] == 6
    await client.reset_stats()
    assert (await client.stats())["totalRequests"] == 0


def speaking_to(answer: httpx2.Response | Exception) -> Client:
    """A client of a server that gives one answer to everything."""

    def handle(_request: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx2.AsyncClient(base_url="http://flare.invalid", transport=httpx2.MockTransport(handle))
    return Client(http, where="http://flare.invalid", token_source="--token", url="http://flare.invalid")


@pytest.mark.parametrize("status", [200, 503])
async def test_health_comes_with_any_status(status: int) -> None:
    assert await speaking_to(httpx2.Response(status, json={"ready": status == 200})).health() == {
        "ready": status == 200
    }


async def test_health_of_something_else() -> None:
    with pytest.raises(Unreachable, match="not as a Claudeflare server"):
        await speaking_to(httpx2.Response(200, html="<h1>It works!</h1>")).health()


async def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(Unreachable, match="does not answer in time"):
        await speaking_to(httpx2.ReadTimeout("read")).accounts()
    with pytest.raises(Unreachable, match="No server answers"):
        await speaking_to(httpx2.ConnectError("refused")).accounts()
