from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from claudeflare.api.schemas.logs import LogLine
from claudeflare.home import Home
from claudeflare.log_files.follower import end_of, position_text
from claudeflare.settings import Settings
from harness.control_server import running_server
from harness.log_lines import write
from harness.rest_api import NOW, Api


async def test_the_latest_lines_oldest_first(api: Api) -> None:
    logs = Home(api.services.settings.home).logs
    assert await api.get("/api/logs/history") == []
    write(logs, "control", 1, (NOW - 30, "a"), (NOW - 10, "c"))
    write(logs, "gateway-0", 1, (NOW - 20, "b"))
    lines = await api.get("/api/logs/history")
    assert [line["message"] for line in lines] == ["a", "b", "c"]
    assert lines[0].keys() == LogLine.model_fields.keys()
    assert lines[1] == {
        "time": "2026-11-18T11:06:20.000Z",
        "level": "info",
        "process": "gateway 0",
        "logger": "claudeflare.example",
        "message": "b",
        "traceback": None,
    }
    assert [line["message"] for line in await api.get("/api/logs/history?limit=2")] == ["b", "c"]
    assert [line["message"] for line in await api.get("/api/logs/history?since=15s")] == ["c"]
    write(logs, "control", 1, (NOW, "trouble"), level="error")
    response = await api.client.get("/api/logs/history?level=warn")
    assert [line["message"] for line in response.json()] == ["trouble"]
    assert response.headers["x-last-event-id"] == position_text(end_of(logs))


async def test_more_than_the_most_is_cut_to_the_latest(api: Api) -> None:
    write(Home(api.services.settings.home).logs, "control", 1, *((NOW, str(n)) for n in range(10_010)))
    lines = await api.get("/api/logs/history?limit=20000")
    assert (len(lines), lines[0]["message"], lines[-1]["message"]) == (10_000, "10", "10009")


async def test_what_is_not_understood_is_refused(api: Api) -> None:
    assert (await api.refused("GET", "/api/logs/history?limit=0"))[0] == 422
    assert (await api.refused("GET", "/api/logs/history?level=loud"))[0] == 422
    assert (await api.refused("GET", "/api/logs/history?since=soon"))[0] == 400
    status, code, message = await api.refused("GET", "/api/logs/stream", headers={"last-event-id": "x"})
    assert (status, code) == (400, "invalid_input")
    assert "Last-Event-ID" in message


async def test_logs_need_the_token(api: Api) -> None:
    for path in ("/api/logs/history", "/api/logs/stream"):
        assert (await api.refused("GET", path, headers={"authorization": "Bearer wrong"}))[0] == 401


@asynccontextmanager
async def stream(url: str, home: Home, after: str | None = None) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """Events of a real connection, as id and message."""
    headers = {"authorization": f"Bearer {home.control_token.read_text().strip()}"}
    if after is not None:
        headers["last-event-id"] = after

    async def events(response: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
        event: dict[str, str] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
            elif "data" in event:
                yield event["id"], json.loads(event["data"])["message"]
                event = {}

    async with (
        httpx2.AsyncClient(base_url=url, headers=headers) as client,
        client.stream("GET", "/api/logs/stream?level=info") as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


async def test_new_lines_are_streamed_and_resumed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    write(home.logs, "control", 1, (NOW, "before"))
    async with asyncio.timeout(20), running_server(home, Settings(home=str(tmp_path))) as url:
        async with stream(url, home) as events:
            write(home.logs, "control", 1, (NOW + 1, "first"))
            write(home.logs, "control", 1, (NOW + 1, "noise"), level="debug")
            write(home.logs, "gateway-0", 1, (NOW + 2, "second"))
            event_id, message = await anext(events)
            assert message == "first"
        async with stream(url, home, event_id) as events:
            assert (await anext(events))[1] == "second"
            write(home.logs, "control", 2, (NOW + 3, "third"))
            assert (await anext(events))[1] == "third"
