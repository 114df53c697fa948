"""When every account is limited and one will be back soon, requests wait for it instead of failing."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from stage import QUESTION, Stage, attempts, scripted

from harness.server import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(client: AsyncAnthropic, stream: bool = False) -> tuple[str, str]:
    """The request's id, and the stop reason of its answer."""
    if not stream:
        raw = await client.messages.with_raw_response.create(**QUESTION, extra_headers=scripted(text="Good day"))
        return raw.headers["x-claudeflare-request-id"], str((await raw.parse()).stop_reason)
    async with client.messages.stream(**QUESTION, extra_headers=scripted(text="Good day")) as answer:
        request_id = answer.response.headers["x-claudeflare-request-id"]
        return request_id, str((await answer.get_final_message()).stop_reason)


async def until_waiting(stage: Stage, count: int) -> Any:
    async def so() -> Any:
        queue = (await stage.server.api.get("/api/queue")).json()
        return queue if queue["waiting"] == count else None

    return await eventually(so, f"{count} to wait")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_limit_that_ends_soon_is_not_seen(stage: Stage, client: AsyncAnthropic, stream: bool) -> None:
    await stage.server.add("alpha")
    await until_waiting(stage, 0)
    stage.upstream.world.inject("429-bucket;retry-after=1", times=1)
    request_id, reason = await ask(client, stream)
    assert reason == "end_turn"
    record = await stage.server.record(request_id, terminalState="complete")
    assert [(status, step) for *_, status, step in attempts(record)] == [(429, "wait"), (200, "relay")]
    assert 900 < record["queuedMs"] < 5000
    assert record["overheadMs"] < record["queuedMs"]
    explained = (await stage.server.cli("explain", request_id)).stdout
    assert "the request waits" in explained
    assert "in the queue" in explained


async def test_who_waits_is_shown_and_the_owner_can_end_it(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    await until_waiting(stage, 0)
    stage.upstream.world.inject("429-bucket;retry-after=40", times=1)
    asking = asyncio.get_running_loop().create_task(ask(client))
    queue = await until_waiting(stage, 1)
    (line,) = queue["lines"]
    assert (line["modelClass"], line["count"], line["account"]) == ("sonnet", 1, None)
    assert line["until"] > line["since"]
    assert (await stage.server.api.get("/health")).json()["waiting"] == 1
    assert "Waiting    1 request for an account, the first for" in (await stage.server.cli("status")).stdout
    await stage.server.cli("clear-limit", "alpha")
    assert (await asking)[1] == "end_turn"
    await until_waiting(stage, 0)


async def test_a_new_account_serves_those_who_wait(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    await until_waiting(stage, 0)
    stage.upstream.world.inject("429-bucket;retry-after=40", account="alpha")
    asking = [asyncio.get_running_loop().create_task(ask(client)) for _ in range(3)]
    await until_waiting(stage, 3)
    await stage.server.add("beta")
    for request_id, _ in await asyncio.gather(*asking):
        assert (await stage.server.record(request_id, terminalState="complete"))["accountUsed"] == "beta"


async def test_a_limit_that_ends_late_is_said_at_once(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    await until_waiting(stage, 0)
    stage.upstream.world.inject("429-bucket;retry-after=61")
    with pytest.raises(anthropic.RateLimitError) as caught:
        await ask(client)
    assert caught.value.response.headers["retry-after"] == "61"
    await until_waiting(stage, 0)
