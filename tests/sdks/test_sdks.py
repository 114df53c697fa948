"""SDKs of both languages, the newest and the last of before, speak through Claudeflare as to the API itself."""

from __future__ import annotations

import asyncio

import pytest
from sdk_programs import SdkProgram
from sdk_scenario import Scenario, Values
from sdk_scenarios import ANSWERS, ERRORS, LEAVING, SCENARIOS

from claudeflare.simulator.server import SimulatorServer
from harness.server import ClaudeflareServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLER_KEY = "sk-ant-api03-alpha"
"""What the SDKs bring: opens the API too, for comparison."""
NOTICED_SECONDS = 10.0


async def prepare(scenario: Scenario, server: ClaudeflareServer, api: SimulatorServer) -> None:
    await server.remove_all()
    for place, account in enumerate(scenario.accounts):
        await server.add(account, priority=place)
    api.world.faults.clear()
    api.world.seen.clear()
    for fault, scope in scenario.faults:
        api.world.inject(fault, **scope)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
async def test_a_scenario(
    program: SdkProgram, scenario: Scenario, server: ClaudeflareServer, api: SimulatorServer
) -> None:
    await prepare(scenario, server, api)
    seen = await program.ask(scenario.ask(server.url, CALLER_KEY))
    assert unlike_all(scenario.sees, seen) == [], seen
    requests = list(api.world.seen)
    assert [request.account for request in requests] == scenario.asked
    if upstream_id := seen[-1].get("headers", {}).get("request-id"):
        assert upstream_id == seen[-1].get("request_id", upstream_id) == requests[-1].request_id
    if scenario.retries is not None:
        assert [request.header("x-stainless-retry-count") for request in requests] == scenario.retries
    for request in requests:
        # Whoever speaks says so itself: Claudeflare never passes one client off as another.
        assert request.header("x-stainless-lang") == program.language
        assert str(request.header("user-agent")).endswith(f" {program.version}")
        assert {name: request.header(name) for name in scenario.arrives} == scenario.arrives


async def test_records(program: SdkProgram, server: ClaudeflareServer, api: SimulatorServer) -> None:
    # Together, for each record shows a moment after its answer.
    seen = {}
    for scenario in SCENARIOS:
        if scenario.record:
            await prepare(scenario, server, api)
            seen[scenario] = (await program.ask(scenario.ask(server.url, CALLER_KEY)))[-1]
    for scenario, last in seen.items():
        record = await server.record(last["headers"]["x-claudeflare-request-id"], **scenario.record)
        assert record["userAgent"].endswith(f" {program.version}")


@pytest.mark.parametrize("scenario", [*ANSWERS, *ERRORS], ids=repr)
async def test_the_same_without_claudeflare(
    program: SdkProgram, scenario: Scenario, server: ClaudeflareServer, api: SimulatorServer
) -> None:
    await prepare(scenario, server, api)
    through = await program.ask(scenario.ask(server.url, CALLER_KEY))
    arrived_through = arrived(api)[-len(through) :]
    api.world.seen.clear()
    without = await program.ask(scenario.ask(api.url, CALLER_KEY))
    assert [comparable(turn) for turn in through] == [comparable(turn) for turn in without]
    assert arrived_through == arrived(api)[-len(without) :]


async def test_leaving(program: SdkProgram, server: ClaudeflareServer, api: SimulatorServer) -> None:
    # Together, for the gateway takes its time: whoever has closed their half of the connection may yet read.
    await prepare(LEAVING[0], server, api)
    for scenario in LEAVING:
        seen = await program.ask(scenario.ask(server.url, CALLER_KEY))
        assert unlike_all(scenario.sees, seen) == [], seen
    async with asyncio.timeout(NOTICED_SECONDS):
        await api.world.seen.until(lambda seen: all(request.client_disconnected for request in seen))
    assert [request.account for request in api.world.seen] == ["alpha"] * len(LEAVING)
    expected = [scenario.record for scenario in reversed(LEAVING)]
    await server.requests(lambda newest: unlike_all(expected, newest[: len(LEAVING)]) == [])


async def test_the_locked_version_runs(program: SdkProgram) -> None:
    assert program.version == program.locked


def unlike_all(expected: list[Values], found: list[Values]) -> list[Values]:
    """What is expected and not found, turn by turn; empty when all of it is."""
    if len(expected) != len(found):
        return expected
    return [missing for one, other in zip(expected, found, strict=True) if (missing := unlike(one, other))]


def unlike(expected: Values, found: Values) -> Values:
    """What is expected and not found; of headers as of the rest."""
    return {
        name: value
        for name, value in expected.items()
        if (unlike(value, found.get(name, {})) if name == "headers" else value != found.get(name))
    }


def arrived(api: SimulatorServer) -> list[list[tuple[str, str]]]:
    """The headers of each request, but for what a connection and a credential are each path's own."""
    own = {"host", "connection", "content-length", "x-api-key", "authorization"}
    return [[field for field in request.fields if field[0].lower() not in own] for request in api.world.seen]


def comparable(seen: Values) -> Values:
    """What one answer has in common with another to the same question: all but ids, values of headers and our own."""
    headers = sorted(name for name in seen.get("headers", {}) if not name.startswith("x-claudeflare-"))
    return {**seen, "headers": headers, "request_id": ""}
