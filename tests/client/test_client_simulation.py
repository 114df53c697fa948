from __future__ import annotations

import httpx2
import pytest

from claudeflare.client.client import Client
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.client.simulation import Simulated, SimulatedStrategy, simulation
from claudeflare.errors import ClaudeflareError, InvalidInput, Unreachable
from claudeflare.settings_sources import LoadedSettings


def answering(text: str) -> Client:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, text=text))
    http = httpx2.AsyncClient(base_url="http://server", transport=transport)
    return Client(http, where="http://server", token_source="nowhere")


async def test_every_field_the_types_name_is_answered(loaded: LoadedSettings, in_process: OpenControl) -> None:
    async with connect(Target(loaded), in_process) as client:
        *shares, last = [step async for step in simulation(client, {"since": "52w"})]
    assert all(isinstance(each, float) for each in shares)
    assert not isinstance(last, float)
    assert last.keys() >= Simulated.__annotations__.keys()
    assert last["strategies"][0].keys() >= SimulatedStrategy.__annotations__.keys()


async def test_what_the_server_refuses(loaded: LoadedSettings, in_process: OpenControl) -> None:
    async with connect(Target(loaded), in_process) as client:
        with pytest.raises(InvalidInput, match="not a time"):
            [step async for step in simulation(client, {"since": "soon"})]


async def test_a_server_that_fails_on_the_way_says_why() -> None:
    with pytest.raises(ClaudeflareError, match="the disk is full"):
        [step async for step in simulation(answering('{"done": 0.5}\n{"error": "the disk is full"}\n'), {})]


async def test_an_answer_that_breaks_off() -> None:
    with pytest.raises(Unreachable, match="broke off"):
        [step async for step in simulation(answering('{"done": 0.5}\n'), {})]
