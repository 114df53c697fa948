"""Each policy, chosen while the whole server runs: who answers, what is recorded, what a change leaves alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from anthropic import AsyncAnthropic
from stage import CALLER_KEY, QUESTION, Stage, scripted

from claudeflare.settings import STRATEGIES
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.pacing import Pacing
from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import simulated_api

Use = Callable[[str], Awaitable[None]]
WORDS = "one two six ten"
"""Each is one token."""


async def until_used(server: ClaudeflareServer, strategy: str) -> None:
    """Wait until the gateway picks by this policy."""

    async def used() -> bool:
        return bool((await server.api.get("/health")).json()["strategy"] == strategy)

    await eventually(used, f"the strategy {strategy}")


@pytest_asyncio.fixture(loop_scope="session")
async def use(stage: Stage) -> AsyncIterator[Use]:
    """Chooses a policy with the command line, as its owner does; afterwards sessions count again."""

    async def choose(strategy: str) -> None:
        printed = await stage.server.cli("strategy", strategy)
        assert printed.stdout == f"Accounts are picked by {strategy} now.\n"
        await until_used(stage.server, strategy)

    yield choose
    await stage.server.api.post("/api/config/strategy", json={"strategy": "session"})
    await until_used(stage.server, "session")


async def ask(client: AsyncAnthropic, session: str = "one", **headers: str) -> tuple[str, str]:
    """The account that answered, and the request's id. All are of one session unless said otherwise."""
    headers = {"x-claude-code-session-id": session, **headers}
    raw = await client.messages.with_raw_response.create(**QUESTION, extra_headers=headers)
    return raw.headers["x-claudeflare-account"], raw.headers["x-claudeflare-request-id"]


async def names(client: AsyncAnthropic, requests: int) -> list[str]:
    """The accounts that answered, one request after the other."""
    return [(await ask(client))[0] for _ in range(requests)]


async def pick_of(server: ClaudeflareServer, request_id: str) -> Any:
    """The first question to the policy about a request, as recorded."""
    record = await server.record(request_id)
    pick = record["picks"][0]
    assert record["policy"] == pick["policy"]
    return pick


@pytest.mark.asyncio(loop_scope="session")
async def test_round_robin(stage: Stage, client: AsyncAnthropic, use: Use) -> None:
    await stage.server.add("alpha", "beta", "gamma")
    await use("round-robin")
    first = await names(client, 3)
    assert sorted(first) == ["alpha", "beta", "gamma"]
    assert await names(client, 6) == first * 2
    # A request that fails on the first of them goes on to the second, and the first keeps its turn.
    failing = stage.server.accounts[first[0]]
    stage.upstream.world.inject("500", account=failing, times=2)
    answered, request_id = await ask(client)
    assert answered == first[1]
    assert (await pick_of(stage.server, request_id))["why"] == f"{first[0]} is next in turn"
    assert Counter(await names(client, 7)) == {first[0]: 2, first[1]: 2, first[2]: 3}
    # Out for a while, and back: no turns are made up for.
    await stage.server.act(first[1], "pause")
    await stage.server.until_accounts(available=2)
    assert Counter(await names(client, 8)) == {first[0]: 4, first[2]: 4}
    await stage.server.act(first[1], "resume")
    await stage.server.until_accounts(available=3)
    assert Counter(await names(client, 9)) == dict.fromkeys(first, 3)


@pytest.mark.asyncio(loop_scope="session")
async def test_weighted(stage: Stage, client: AsyncAnthropic, use: Use) -> None:
    for name, tier in (("alpha", 20), ("beta", 5), ("gamma", 1)):
        await stage.server.add(name, tier=tier)
    await use("weighted")
    assert Counter(await names(client, 52)) == {"alpha": 40, "beta": 10, "gamma": 2}
    answered, request_id = await ask(client)
    pick = await pick_of(stage.server, request_id)
    assert pick["why"] == f"{answered} is next by weight: 20 of 26"
    assert all(candidate["score"] is not None for candidate in pick["candidates"])


@pytest.mark.asyncio(loop_scope="session")
async def test_sessions_that_were_bound_are_found_again(stage: Stage, client: AsyncAnthropic, use: Use) -> None:
    await stage.server.add("alpha", "beta", "gamma")
    sessions = [f"bound-{number}" for number in range(6)]
    bound = {session: (await ask(client, session))[0] for session in sessions}
    for strategy in STRATEGIES[1:]:
        await use(strategy)
        for _ in range(5):
            await ask(client, sessions[0])
        await use("session")
        assert {session: (await ask(client, session))[0] for session in sessions} == bound


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_every_policy_goes_on_to_whoever_is_left(
    stage: Stage, client: AsyncAnthropic, use: Use, strategy: str
) -> None:
    await stage.server.add("alpha", "beta", "gamma", "delta")
    await stage.server.act("delta", "pause")
    await stage.server.until_accounts(available=3)
    await use(strategy)
    for name in ("alpha", "beta"):
        stage.upstream.world.inject("401", account=stage.server.accounts[name])
    assert {(await ask(client, f"{strategy}-{number}"))[0] for number in range(6)} == {"gamma"}
    assert stage.asked.count("delta") == 0
    assert stage.asked.count("alpha") <= 1


async def test_least_requests_and_changing_the_policy_under_streams(tmp_path: Path) -> None:
    """Streams are held by an upstream whose clock stands still; four policies place streams beside them."""
    clock = Clock(scale=0.0)
    async with (
        simulated_api(clock=clock, pacing=Pacing(tokens_per_second=1.0)) as upstream,
        claudeflare_server(upstream.url, tmp_path / "home", LB_STRATEGY="least-requests") as server,
        AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client,
        AsyncExitStack() as streams,
    ):
        await server.add("alpha", tier=20)
        await server.add("beta", "gamma")
        opened: list[Any] = []

        async def open_stream() -> str:
            headers = {**scripted(text=WORDS), "x-claude-code-session-id": "one"}
            stream = await client.messages.create(**QUESTION, stream=True, extra_headers=headers)
            streams.push_async_callback(stream.close)
            opened.append(stream)
            return str(stream.response.headers["x-claudeflare-account"])

        assert Counter([await open_stream() for _ in range(6)]) == {"alpha": 2, "beta": 2, "gamma": 2}
        placed = Counter[str]()
        for strategy in ("round-robin", "weighted", "session"):
            answer = await server.api.post("/api/config/strategy", json={"strategy": strategy})
            assert answer.json() == {"strategy": strategy}
            await until_used(server, strategy)
            placed.update([await open_stream() for _ in range(3)])
        assert placed == {"alpha": 1 + 3 + 3, "beta": 1, "gamma": 1}
        # Fewest in flight counts all of them, whichever policy placed them.
        await server.api.post("/api/config/strategy", json={"strategy": "least-requests"})
        await until_used(server, "least-requests")
        assert Counter([await open_stream() for _ in range(6)]) == {"beta": 3, "gamma": 3}
        clock.scale = 1_000.0
        for stream in opened:
            events = [event async for event in stream]
            assert events[-1].type == "message_stop"
            text = "".join(event.delta.text for event in events if event.type == "content_block_delta")
            assert text == WORDS
        records = await server.requests(lambda found: len(found) == len(opened))
    assert {record["terminalState"] for record in records} == {"complete"}
    assert Counter(record["accountUsed"] for record in records) == {"alpha": 9, "beta": 6, "gamma": 6}
    assert Counter(record["policy"] for record in records) == {
        "least-requests": 12,
        "round-robin": 3,
        "weighted": 3,
        "session": 3,
    }
