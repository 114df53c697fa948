"""Message threads through the whole product: every turn reaches the account that has the conversation."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from anthropic import AsyncAnthropic, NotFoundError
from stage import CALLER_KEY, NAMES, QUESTION, Stage, body_of

from claudeflare.simulator.betas import MESSAGE_THREADS
from harness.server import claudeflare_server
from harness.simulated_api import api_account, simulated_api

pytestmark = pytest.mark.asyncio(loop_scope="session")

SESSION = {"x-claudeflare-session": "threaded"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def only_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One of its own: so many requests leave less of the accounts' limits than other tests count on."""
    async with (
        simulated_api([api_account(name) for name in NAMES]) as upstream,
        claudeflare_server(upstream.url, tmp_path_factory.mktemp("threads") / "home") as server,
    ):
        yield Stage(server, upstream)


@asynccontextmanager
async def round_robin(stage: Stage) -> AsyncIterator[None]:
    await stage.server.add("alpha", "beta")
    await stage.server.api.post("/api/config/strategy", json={"strategy": "round-robin"})
    try:
        yield
    finally:
        await stage.server.api.post("/api/config/strategy", json={"strategy": "session"})


async def turn(client: AsyncAnthropic, previous: str | None, streamed: bool = False, **more: Any) -> str:
    """The id of the answer to one turn; `previous` is that of the turn before."""
    thread: Any = {"type": "continue", "previous_message_id": previous} if previous else {"type": "create"}
    request: Any = {**QUESTION, "thread": thread, "betas": [MESSAGE_THREADS], **more}
    if not streamed:
        return (await client.beta.messages.create(**request)).id
    async with client.beta.messages.stream(**request) as stream:
        return (await stream.get_final_message()).id


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_thread_stays_on_its_account_without_sessions(
    stage: Stage, client: AsyncAnthropic, streamed: bool
) -> None:
    async with round_robin(stage):
        previous = None
        for _ in range(5):
            previous = await turn(client, previous, streamed)
            await client.messages.create(**QUESTION)  # others go on by the policy
        assert len(set(stage.asked[::2])) == 1
        assert len(set(stage.asked[1::2])) > 1


async def test_threads_of_both_accounts_at_once(stage: Stage, client: AsyncAnthropic) -> None:
    async with round_robin(stage):
        previous: list[str | None] = [None, None]
        for _ in range(5):
            for number in (0, 1):
                previous[number] = await turn(client, previous[number])
        assert {*stage.asked[::2]} | {*stage.asked[1::2]} == {"alpha", "beta"}
        assert len({*stage.asked[::2]}) == len({*stage.asked[1::2]}) == 1


async def test_gateway_and_control_may_die_between_two_turns(stage: Stage, client: AsyncAnthropic) -> None:
    async with round_robin(stage):
        previous = await turn(client, None)
        for plane in ("gateway", "control", "gateway", "gateway"):
            await stage.server.replaced(plane, stage.server.signal(plane, signal.SIGKILL))
            previous = await turn(client, previous)
        assert len(stage.asked) == 5
        assert len(set(stage.asked)) == 1


async def test_every_worker_finds_it(stage: Stage, tmp_path: Path) -> None:
    environ = {"CLAUDEFLARE_WORKERS": "3", "CLAUDEFLARE_LB_STRATEGY": "round-robin"}
    async with claudeflare_server(stage.upstream.url, tmp_path / "home", **environ) as server:
        await server.add("alpha", "beta")
        previous = None
        for _ in range(12):
            # Each on a connection of its own, which any of the workers may take.
            async with AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client:
                previous = await turn(client, previous)
        assert len(set(stage.asked)) == 1


async def test_a_client_that_names_no_session(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    previous = None
    for number in range(5):
        previous = await turn(client, previous, messages=[{"role": "user", "content": f"Part {number}"}])
    assert len(set(stage.asked)) == 1


async def test_an_account_that_is_out_costs_the_thread_and_not_the_conversation(
    stage: Stage, client: AsyncAnthropic
) -> None:
    await stage.server.add("alpha", "beta")
    first = await turn(client, None, extra_headers={"x-claudeflare-account": "beta"})
    second = await turn(client, first)
    await stage.server.act("beta", "pause")
    await stage.server.until_accounts(available=1)
    with pytest.raises(NotFoundError) as gone:
        await turn(client, second)
    assert body_of(gone.value)["error"]["details"]["error_code"] == "thread_not_found"
    again = await turn(client, None)
    await turn(client, again)
    assert stage.asked == ["beta", "beta", "alpha", "alpha", "alpha"]


async def test_a_named_session(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    previous = None
    for _ in range(5):
        previous = await turn(client, previous, extra_headers=SESSION)
    assert len(set(stage.asked)) == 1
