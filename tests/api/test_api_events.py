from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claudeflare.api.schemas.events import Happening, OpenedRequest, RequestActivity
from claudeflare.api.schemas.requests import RequestResource
from claudeflare.balancing.change import BenchCleared, Benched, SessionBound
from claudeflare.journal.records import Attempt
from claudeflare.live.feed import MOST_READERS
from harness.data_directory import NOW
from harness.events import Told, Watched, watched
from harness.live_batches import Batch, begun, ended
from harness.rest_api import NOW as REST_NOW
from harness.rest_api import Api

PATIENCE = 20


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(tmp_path) as opened:
        yield opened


async def following(events: AsyncIterator[Told], kind: str) -> Told:
    """The next event of a kind."""
    async with asyncio.timeout(PATIENCE):
        async for told in events:
            if told.kind == kind:
                return told
    raise AssertionError("the stream ended")


async def both(events: AsyncIterator[Told], *kinds: str) -> dict[str, Any]:
    """The next event of each of these kinds, in whatever order they come."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        async for told in events:
            if told.kind in kinds:
                found.setdefault(told.kind, told.data)
            if len(found) == len(kinds):
                return found
    raise AssertionError("the stream ended")


async def add(server: Watched, name: str = "work") -> str:
    account = await server.call("POST", "/api/accounts", {"name": name, "apiKey": f"sk-ant-{name}"})
    return str(account["id"])


async def test_requests_are_told_as_they_begin_and_end(server: Watched) -> None:
    async with server.stream("/api/events") as events:
        assert (await anext(events)).kind == "ready"
        moved = [Attempt(account="work"), Attempt(account="spare")]
        server.control.live.stored(
            Batch([begun("r-1", model="opus")], [ended("r-2", attempts=moved), ended("r-3", status=500)])
        )
        told = await following(events, "requests")
        assert set(told.data) == {field.alias for field in RequestActivity.model_fields.values()}
        assert (told.data["openedCount"], told.data["finishedCount"], told.data["failedCount"]) == (1, 2, 1)
        (opened,) = told.data["opened"]
        assert set(opened) == {field.alias for field in OpenedRequest.model_fields.values()}
        assert (opened["id"], opened["model"]) == ("r-1", "opus")
        newest, other = told.data["finished"]
        assert set(newest) == {field.alias for field in RequestResource.model_fields.values()}
        assert (newest["id"], other["id"], newest["success"]) == ("r-3", "r-2", False)
        happened = await following(events, "happened")
        assert set(happened.data) == {field.alias for field in Happening.model_fields.values()}
        assert happened.data["text"] == "1 request moved from work to spare."


async def test_of_many_requests_the_latest_are_shown_and_all_are_counted(server: Watched) -> None:
    async with server.stream("/api/events?include=requests") as events:
        await anext(events)
        server.control.live.stored(Batch([], [ended(f"r-{n}") for n in range(100)]))
        told = await following(events, "requests")
        assert told.data["finishedCount"] == 100
        assert [line["id"] for line in told.data["finished"]] == [f"r-{n}" for n in range(99, 89, -1)]


async def test_what_becomes_of_accounts_is_told(server: Watched) -> None:
    work = await add(server)
    async with server.stream("/api/events?include=accounts,happenings") as events:
        await anext(events)
        # Its first look at the accounts is what later ones are compared with.
        server.control.live.stored(Batch([], [ended("r", attempts=[Attempt(account="a"), Attempt(account="b")])]))
        await following(events, "happened")
        server.services.gateways.changes_made([SessionBound("s", work, NOW + 60)])
        server.services.gateways.changes_made([Benched(work, "", NOW + 60, "tokens per minute")])
        told = await both(events, "account", "happened")
        assert (told["account"]["id"], told["account"]["rateLimitStatus"]) == (work, "limited")
        assert told["happened"]["text"] == "work was limited: tokens per minute."
        await server.call("POST", f"/api/accounts/{work}/pause")
        told = await both(events, "account", "happened")
        assert (told["account"]["paused"], told["happened"]["kind"]) == (True, "account-paused")
        await add(server, "spare")
        told = await both(events, "account", "happened")
        assert (told["account"]["name"], told["happened"]["text"]) == ("spare", "spare was added.")
        await server.call("DELETE", "/api/accounts/work", {"confirm": "work"})
        assert (await following(events, "account-removed")).data == {"id": work, "name": "work"}


async def test_another_strategy_is_told(server: Watched) -> None:
    async with server.stream("/api/events?include=strategy,happenings") as events:
        await anext(events)
        server.control.live.stored(Batch([], [ended("r", attempts=[Attempt(account="a"), Attempt(account="b")])]))
        await following(events, "happened")
        await server.call("POST", "/api/config/strategy", {"strategy": "headroom"})
        assert (await following(events, "strategy")).data == {"strategy": "headroom"}
        assert (await following(events, "happened")).data["text"] == "The strategy is now headroom."


async def test_a_stream_goes_on_where_it_was_lost_or_says_that_it_cannot(server: Watched) -> None:
    live = server.control.live
    async with server.stream("/api/requests/stream") as events:
        ready = await anext(events)
        live.stored(Batch([], [ended("r-1"), ended("r-2")]))
        first, second = await anext(events), await anext(events)
        assert [ready.kind, first.data["id"], second.data["id"]] == ["ready", "r-1", "r-2"]
    async with server.stream("/api/requests/stream", after=first.id) as events:
        assert (await anext(events)) == second
    async with server.stream("/api/requests/stream", after="another-17") as events:
        assert (await anext(events)).kind == "reset"
        live.stored(Batch([], [ended("r-3")]))
        assert (await anext(events)).data["id"] == "r-3"


async def test_the_stream_of_requests_has_the_lists_filters(server: Watched) -> None:
    async with server.stream("/api/requests/stream", params={"status": "5xx", "text": "FILES"}) as events:
        await anext(events)
        server.control.live.stored(
            Batch([], [ended("r-1", status=500), ended("r-2", status=500, path="/v1/files"), ended("r-3")])
        )
        assert (await anext(events)).data["id"] == "r-2"


async def test_the_end_of_control_ends_the_streams(server: Watched) -> None:
    async with server.stream("/api/events") as events:
        await anext(events)
        server.control.live.end_streams()
        assert [told async for told in events] == []


async def test_a_client_that_leaves_takes_no_place(server: Watched) -> None:
    feed = server.control.live.activity
    async with server.stream("/api/events") as events:
        await anext(events)
        assert feed.readers == 1
    async with asyncio.timeout(PATIENCE):
        while feed.readers:
            await asyncio.sleep(0)


async def test_there_are_only_so_many_streams(server: Watched) -> None:
    live = server.control.live
    with ExitStack() as readers:
        for _ in range(MOST_READERS):
            readers.enter_context(live.reader(live.activity, None))
        async with httpx2.AsyncClient(base_url=server.url, headers=server.headers, trust_env=False) as client:
            response = await client.get("/api/events")
    assert response.status_code == 503
    assert response.json() == {
        "error": "As many streams are open as this server serves; close one.",
        "code": "too_many_streams",
        "details": None,
    }


async def test_what_is_not_understood_is_refused(api: Api) -> None:
    status, code, message = await api.refused("GET", "/api/events?include=requests,weather")
    assert (status, code) == (400, "invalid_input")
    assert "'weather'" in message
    assert (await api.refused("GET", "/api/requests/stream?status=odd"))[0] == 400
    assert (await api.refused("GET", "/api/requests/stream?since=odd"))[0] == 400


async def test_streams_need_the_token(api: Api) -> None:
    for path in ("/api/events", "/api/requests/stream"):
        assert (await api.refused("GET", path, headers={"authorization": "Bearer wrong"}))[0] == 401


async def test_the_history_tells_what_happened_to_accounts(api: Api) -> None:
    work = (await api.add("work"))["id"]
    api.services.state.apply([Benched(work, "opus", REST_NOW + 60, "7d_opus")], REST_NOW - 120)
    api.services.state.apply([BenchCleared(work, "opus")], REST_NOW)
    response = await api.client.get("/api/events/history?limit=1")
    assert [each["text"] for each in response.json()] == ["work takes requests again for opus."]
    after = {"cursor": response.headers["x-next-cursor"]}
    assert await api.get("/api/events/history", params=after) == [
        {
            "at": "2026-11-18T11:04:40.000Z",
            "kind": "limited",
            "account": "work",
            "accountId": work,
            "modelClass": "opus",
            "clientKey": None,
            "reason": "7d_opus",
            "until": "2026-11-18T11:07:40.000Z",
            "count": 1,
            "text": "work was limited for opus: 7d_opus.",
        }
    ]
    assert (await api.refused("GET", "/api/events/history?cursor=x"))[:2] == (400, "invalid_input")
    await api.add("spare")
    assert len(await api.get("/api/events/history", params={"account": "work"})) == 2
    assert await api.get("/api/events/history", params={"account": "spare"}) == []
    assert (await api.refused("GET", "/api/events/history?account=nobody"))[0] == 404
