from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from claudeflare.demo.answer import Seen, ask
from claudeflare.demo.conversation import Conversation
from claudeflare.demo.traffic import open_http
from claudeflare.simulator.seeding import randomness
from claudeflare.simulator.server import SimulatorServer
from harness.simulated_api import api_account, simulated_api


@pytest.fixture
async def api() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([api_account("work")]) as server:
        yield server


@pytest.fixture
async def http(api: SimulatorServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with open_http(api.url) as client:
        client.headers["x-api-key"] = "sk-ant-api03-work"
        yield client


@pytest.fixture
def conversation() -> Conversation:
    return Conversation("s-01", randomness("test"))


async def test_a_stream_is_read_to_its_end(
    api: SimulatorServer, http: httpx2.AsyncClient, conversation: Conversation
) -> None:
    answer = await ask(http, "s-01", conversation.ask())
    assert answer.seen is Seen.ANSWERED
    assert answer.text.startswith("You said: ")
    assert api.world.seen[0].header("x-claudeflare-session") == "s-01"
    assert (api.world.seen[0].header("user-agent") or "").startswith("claudeflare-demo/")


async def test_a_whole_answer_is_read(http: httpx2.AsyncClient, conversation: Conversation) -> None:
    answer = await ask(http, "s-01", conversation.side_request())
    assert answer.seen is Seen.ANSWERED
    assert answer.text


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("429-bucket", Seen.RATE_LIMITED),
        ("529", Seen.FAILED),
        ("html-502", Seen.FAILED),
        ("error-mid-stream", Seen.FAILED),
        ("error-mid-stream;type=rate_limit_error", Seen.RATE_LIMITED),
        ("reset-before-answer", Seen.FAILED),
        ("abort-mid-stream", Seen.FAILED),
        ("abort-mid-stream;how=fin", Seen.FAILED),
    ],
)
async def test_what_goes_wrong_is_seen_as_it_is(
    api: SimulatorServer, http: httpx2.AsyncClient, conversation: Conversation, fault: str, seen: Seen
) -> None:
    api.world.inject(fault)
    assert (await ask(http, "s-01", conversation.ask())).seen is seen


async def test_a_server_that_is_not_there_is_a_failure(conversation: Conversation) -> None:
    async with open_http("http://127.0.0.1:9") as http:
        assert (await ask(http, "s-01", conversation.ask())).seen is Seen.FAILED
