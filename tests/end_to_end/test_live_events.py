"""Who watches is told of a request as it happens, through the gateway, and again after control was restarted."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic
from stage import QUESTION, Stage

from harness.server import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 30


@asynccontextmanager
async def events(stage: Stage, path: str, after: str | None = None) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """What a stream tells: `event`, `id` and `data` of each event."""
    headers = {"authorization": f"Bearer {stage.server.token}"} | ({"last-event-id": after} if after else {})

    async def told(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
        event: dict[str, Any] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = json.loads(value) if name == "data" else value
            else:
                if "data" in event:
                    yield event
                event = {}

    async with (
        asyncio.timeout(PATIENCE),
        httpx2.AsyncClient(base_url=stage.server.url, headers=headers, trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", path) as response,
    ):
        assert response.status_code == 200
        yield told(response)


async def test_a_request_is_told_when_it_ends(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    async with events(stage, "/api/requests/stream") as lines, events(stage, "/api/events?include=requests") as feed:
        assert [(await anext(each))["event"] for each in (lines, feed)] == ["ready", "ready"]
        raw = await client.messages.with_raw_response.create(**QUESTION)
        request_id = raw.headers["x-claudeflare-request-id"]
        line = await anext(lines)
        assert (line["event"], line["data"]["id"], line["data"]["accountUsed"]) == ("request", request_id, "alpha")
        async for told in feed:
            if finished := told["data"]["finished"]:
                assert finished[0]["id"] == request_id
                break
    assert line["data"] == (await stage.server.requests())[0]


async def test_a_watcher_of_a_control_that_died_is_told_to_look_again(stage: Stage) -> None:
    async with events(stage, "/api/events") as feed:
        event_id = (await anext(feed))["id"]
    old = stage.server.signal("control", signal.SIGTERM)
    await stage.server.replaced("control", old)
    async with events(stage, "/api/events", after=event_id) as feed:
        assert (await anext(feed))["event"] == "reset"


async def test_metrics_count_it(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    raw = await client.messages.with_raw_response.create(**QUESTION)
    await stage.server.record(raw.headers["x-claudeflare-request-id"], terminalState="complete")

    async def counted() -> bool:
        async with httpx2.AsyncClient(base_url=stage.server.url, trust_env=False) as anybody:
            text = (await anybody.get("/metrics")).text
        return 'claudeflare_requests_total{account="alpha"' in text

    assert await eventually(counted, "the request to be counted")
