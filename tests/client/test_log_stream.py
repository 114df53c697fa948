"""Following the log of a real server on a socket, and of one that goes away."""

from __future__ import annotations

import json

import httpx2
import pytest

from claudeflare.client.client import Client
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.client.log_stream import PATIENCE, follow_logs
from claudeflare.client.resources import LogLine
from claudeflare.errors import Unauthorized, Unreachable
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.settings_sources import LoadedSettings
from harness.control_server import running_server
from harness.data_directory import NOW
from harness.log_lines import write


async def test_history_and_stream_make_one_sequence(
    home: Home, loaded: LoadedSettings, in_process: OpenControl
) -> None:
    write(home.logs, "control", 1, (NOW - 2, "first"), (NOW - 1, "second"))
    async with (
        running_server(home, loaded.settings),
        connect(Target(loaded), in_process) as client,
    ):
        entries, position = await client.log_lines(1, "info")
        assert [entry["message"] for entry in entries] == ["second"]
        assert entries[0].keys() == LogLine.__annotations__.keys()
        lines = follow_logs(client, "info", position)
        write(home.logs, "control", 1, (NOW, "third"))
        assert (await anext(lines))["message"] == "third"
        write(home.logs, "control", 1, (NOW, "fourth"))
        assert (await anext(lines))["message"] == "fourth"
        await lines.aclose()


async def test_a_server_that_stays_away_is_given_up(
    home: Home, loaded: LoadedSettings, in_process: OpenControl
) -> None:
    async with running_server(home, loaded.settings) as url:
        target = Target(loaded, url, home.control_token.read_text().strip())
    async with connect(target, in_process) as client:
        with pytest.raises(Unreachable, match="broke off"):
            await anext(follow_logs(client, "info", "", retry_seconds=0.0))
    assert PATIENCE > 1


async def test_a_refusal_is_not_tried_again(home: Home, in_process: OpenControl) -> None:
    settings = Settings(home=str(home.directory))
    async with running_server(home, settings) as url:
        loaded = LoadedSettings(settings, {})
        async with connect(Target(loaded, url, "wrong"), in_process) as client:
            with pytest.raises(Unauthorized):
                await anext(follow_logs(client, "info", ""))


async def test_clearing_the_history_goes_on_until_it_is_done(home: Home, loaded: LoadedSettings) -> None:
    """A server that needs three calls, each with the moment of the first."""
    answers = [{"deleted": 500, "before": "T", "done": False}] * 2 + [{"deleted": 7, "before": "T", "done": True}]
    asked: list[object] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content))
        return httpx2.Response(200, json=answers[len(asked) - 1])

    async with httpx2.AsyncClient(base_url="http://localhost", transport=httpx2.MockTransport(answer)) as http:
        client = Client(http, where="here", token_source="test")
        assert [deleted async for deleted in client.clear_history()] == [500, 1000, 1007]
    assert asked == [{"before": None}, {"before": "T"}, {"before": "T"}]
