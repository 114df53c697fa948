"""A session stays on one account, whatever is restarted, and moves only when it must."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from stage import CALLER_KEY, QUESTION, Stage

from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import simulated_api

SESSIONS = [f"session-{number}" for number in range(6)]


async def ask(client: AsyncAnthropic, session: str | None, **request: Any) -> str:
    """The account that answered."""
    headers = {} if session is None else {"x-claude-code-session-id": session}
    raw = await client.messages.with_raw_response.create(**{**QUESTION, **request}, extra_headers=headers)
    return str(raw.headers["x-claudeflare-account"])


async def ask_all(server: ClaudeflareServer) -> dict[str, str]:
    """Each session's account."""
    async with AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client:
        return {session: await ask(client, session) for session in SESSIONS}


@pytest.mark.asyncio(loop_scope="session")
async def test_a_session_stays_and_sessions_spread(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta", "gamma")
    asked = {session: [await ask(client, session) for _ in range(3)] for session in SESSIONS}
    assert {len(set(accounts)) for accounts in asked.values()} == {1}
    assert Counter(accounts[0] for accounts in asked.values()) == {"alpha": 2, "beta": 2, "gamma": 2}


@pytest.mark.asyncio(loop_scope="session")
async def test_other_models_of_a_session_go_the_same_way(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    models = ("claude-sonnet-4-6", "claude-haiku-4-5", "claude-opus-4-8")
    assert len({await ask(client, "many-models", model=model) for model in models}) == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_a_growing_conversation_is_one_session(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    turns = [{"role": "user", "content": "Hello"}]
    accounts = []
    for _ in range(4):
        accounts.append(await ask(client, None, messages=turns))
        turns += [{"role": "assistant", "content": "Hello."}, {"role": "user", "content": "And then?"}]
    assert len(set(accounts)) == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_a_session_that_moved_stays_where_it_moved(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    first = await ask(client, "moving")
    other = {"alpha": "beta", "beta": "alpha"}[first]
    await stage.server.act(first, "pause")
    await stage.server.until_accounts(available=1)
    assert await ask(client, "moving") == other
    await stage.server.act(first, "resume")
    await stage.server.until_accounts(available=2)
    assert await ask(client, "moving") == other


@pytest.mark.asyncio(loop_scope="session")
async def test_a_session_that_must_move_stays_within_its_organization(stage: Stage, client: AsyncAnthropic) -> None:
    """`alpha` and `delta` share one: its cache and its thinking count there too."""
    await stage.server.add("alpha")
    await stage.server.add("beta", "gamma", "delta", tier=20)
    for name in ("beta", "gamma", "delta"):
        headers = {"x-claudeflare-account": name}
        await client.messages.create(**QUESTION, extra_headers={**headers, "x-claude-code-session-id": f"of-{name}"})
    await stage.server.act("delta", "pause")
    await stage.server.until_accounts(available=3)
    for name in ("beta", "gamma"):
        await stage.server.act(name, "pause")
    await stage.server.until_accounts(available=1)
    assert await ask(client, "kin") == "alpha"
    await stage.server.act("alpha", "pause")
    for name in ("beta", "gamma", "delta"):
        await stage.server.act(name, "resume")
    await stage.server.until_accounts(available=3)
    assert await ask(client, "kin") == "delta"


@pytest.mark.asyncio(loop_scope="session")
async def test_sessions_outlast_another_policy(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta", "gamma")
    bound = {session: await ask(client, session) for session in SESSIONS}
    for strategy in ("round-robin", "session"):
        await stage.server.api.post("/api/config/strategy", json={"strategy": strategy})

        async def in_force(strategy: str = strategy) -> bool | None:
            return (await stage.server.api.get("/health")).json()["strategy"] == strategy or None

        await eventually(in_force, strategy)
        if strategy == "round-robin":
            assert len({await ask(client, "moving") for _ in range(3)}) == 3
    assert {session: await ask(client, session) for session in SESSIONS} == bound


async def test_two_workers_come_to_agree_on_where_a_session_is(tmp_path: Path) -> None:
    async with (
        simulated_api() as upstream,
        claudeflare_server(upstream.url, tmp_path / "home", CLAUDEFLARE_WORKERS="2") as server,
    ):
        await server.add("alpha", "beta", "gamma")

        async def agreed(session: str) -> str | None:
            asked = []
            for _ in range(8):  # each on a connection of its own, that either worker may take
                async with AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client:
                    asked.append(await ask(client, session))
            return asked[0] if len(set(asked)) == 1 else None

        for session in SESSIONS[:3]:
            await eventually(lambda session=session: agreed(session), f"both workers to agree on {session}")


async def test_sessions_survive_every_kind_of_restart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with simulated_api() as upstream:
        async with claudeflare_server(upstream.url, home) as server:
            await server.add("alpha", "beta", "gamma")
            bound = await ask_all(server)
            assert len(set(bound.values())) == 3
            for plane in ("gateway", "control"):
                await server.replaced(plane, server.signal(plane, signal.SIGKILL))
                await server.until_accounts(configured=3)
                assert await ask_all(server) == bound, plane
            assert await server.stop() == 0
        async with claudeflare_server(upstream.url, home) as server:
            await server.until_accounts(configured=3)
            assert await ask_all(server) == bound, "the whole server"
            server.signal("supervisor", signal.SIGKILL)
            await server.ended()
        async with claudeflare_server(upstream.url, home) as server:
            await server.until_accounts(configured=3)
            assert await ask_all(server) == bound, "the whole server, killed"


async def test_limits_survive_a_restart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with simulated_api() as upstream:
        async with claudeflare_server(upstream.url, home) as server:
            await server.add("alpha")
            await server.add("beta", priority=1)
            upstream.world.inject("429-window;seconds=3000", account=server.accounts["alpha"], times=1)
            bound = await ask_all(server)
            assert set(bound.values()) == {"beta"}
            limited = await server.until_standing("alpha", "limited")
            await server.replaced("gateway", server.signal("gateway", signal.SIGKILL))
            await server.until_accounts(configured=2, available=1)
            assert await ask_all(server) == bound
            assert await server.stop() == 0
        async with claudeflare_server(upstream.url, home) as server:
            await server.until_accounts(configured=2, available=1)
            assert (await server.account("alpha"))["rateLimitReset"] == limited["rateLimitReset"]
            assert await ask_all(server) == bound
