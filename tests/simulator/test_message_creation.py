"""POST /v1/messages as its users see it: thinking across accounts, caches and windows over time, searches."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import brotli
import httpx2
import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.accounts import Accounts, SimulatedAccount, WindowBudgets
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.connection import FIELDS
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.message_creation import create_message
from claudeflare.simulator.server import SimulatorServer
from claudeflare.simulator.visit import Visit
from claudeflare.simulator.world import World
from harness.simulated_api import api_account, simulated_api, subscription

BOUND, UNBOUND = "claude-sonnet-5-5", "claude-opus-5-5"
CONTROLS = "thinking-binding-controls-2026-08-01"
HEADERS = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}
SEARCH: Any = {"type": "web_search_20260318", "name": "web_search"}


@asynccontextmanager
async def clients_of(api: SimulatorServer, *names: str) -> AsyncIterator[list[anthropic.AsyncAnthropic]]:
    clients = [
        anthropic.AsyncAnthropic(base_url=api.url, api_key=f"sk-ant-api03-{name}", max_retries=0) for name in names
    ]
    try:
        yield clients
    finally:
        for client in clients:
            await client.close()


async def think(client: anthropic.AsyncAnthropic, turns: Any, model: str = BOUND, **changes: Any) -> Any:
    arguments = {"thinking": {"type": "adaptive"}, "betas": [CONTROLS], **changes}
    return await client.beta.messages.create(model=model, max_tokens=4096, messages=turns, **arguments)


def goes_on(turns: list[Any], message: Any) -> list[Any]:
    return [*turns, message.to_param(), {"role": "user", "content": "Go on"}]


async def test_thinking_comes_back_to_its_own_account_and_is_dropped_by_another() -> None:
    first: list[Any] = [{"role": "user", "content": "Hi"}]
    async with simulated_api() as api, clients_of(api, "work", "spare") as (work, spare):
        answer = await think(work, first)
        assert [block.type for block in answer.content] == ["thinking", "text"]
        assert answer.input_transformations == []
        turns = goes_on(first, answer)
        same = await think(work, turns)
        other = await think(spare, turns)
        assert same.input_transformations == []
        (entry,) = other.input_transformations
        assert (entry.type, entry.path, entry.reason) == (
            "thinking_dropped",
            "messages.1.content.0",
            "organization_binding_mismatch",
        )
        assert other.usage.input_tokens == same.usage.input_tokens - answer.usage.output_tokens_details.thinking_tokens
        # Without the beta nothing is reported, but the simulator's own record shows it.
        silent = await spare.messages.create(model=BOUND, max_tokens=64, messages=turns)
        assert "input_transformations" not in silent.to_dict()
        assert api.world.seen[-1].input_transformations[0].reason == "organization_binding_mismatch"


async def test_thinking_of_one_organization_is_read_by_its_other_accounts() -> None:
    accounts = [api_account("work", organization="acme"), api_account("spare", organization="acme")]
    first: list[Any] = [{"role": "user", "content": "Hi"}]
    async with simulated_api(accounts) as api, clients_of(api, "work", "spare") as (work, spare):
        turns = goes_on(first, await think(work, first))
        assert (await think(spare, turns)).input_transformations == []
        assert (await think(spare, turns, UNBOUND)).input_transformations[0].reason == "model_binding_mismatch"


async def test_a_changed_conversation_is_refused_or_dropped_in_a_stream_too() -> None:
    first: list[Any] = [{"role": "user", "content": "Hi"}]
    async with simulated_api() as api, clients_of(api, "work") as (work,):
        turns = goes_on(first, await think(work, first, UNBOUND))
        with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
            await think(work, turns, UNBOUND, system="Something new")
        dropping: Any = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
        async with work.beta.messages.stream(
            model=UNBOUND, max_tokens=4096, messages=turns, system="Something new", thinking=dropping, betas=[CONTROLS]
        ) as stream:
            streamed = await stream.get_final_message()
        assert streamed.input_transformations is not None
        assert [entry.reason for entry in streamed.input_transformations] == ["prefix_binding_mismatch"]
        assert streamed.content[0].type == "thinking"
        assert (await think(work, goes_on(turns[:0] + first, streamed), UNBOUND, thinking=dropping)) is not None


async def test_a_streamed_thinking_comes_back_as_well() -> None:
    first: list[Any] = [{"role": "user", "content": "Hi"}]
    async with simulated_api() as api, clients_of(api, "work") as (work,):
        async with work.messages.stream(
            model="claude-haiku-4-5",
            max_tokens=4096,
            messages=first,
            thinking={"type": "enabled", "budget_tokens": 1024},
        ) as stream:
            message = await stream.get_final_message()
        turns: Any = [*first, message.to_param(), {"role": "user", "content": "Go on"}]
        await work.messages.create(model="claude-haiku-4-5", max_tokens=64, messages=turns)


def cached(answer: Any) -> tuple[int, int, int]:
    split = answer.usage.cache_creation
    return (
        answer.usage.cache_read_input_tokens,
        split.ephemeral_5m_input_tokens,
        split.ephemeral_1h_input_tokens,
    )


async def test_a_cached_prefix_lives_in_its_workspace_until_its_time_is_over() -> None:
    clock = ManualClock()
    accounts = [
        SimulatedAccount(name="work", key="sk-ant-api03-work", organization="acme", workspace="one"),
        SimulatedAccount(name="same", key="sk-ant-api03-same", organization="acme", workspace="one"),
        SimulatedAccount(name="next", key="sk-ant-api03-next", organization="acme", workspace="two"),
    ]
    turns: Any = [{"role": "user", "content": "Hi"}]

    async def ask(client: anthropic.AsyncAnthropic, ttl: str) -> tuple[int, int, int]:
        system: Any = [{"type": "text", "text": ttl * 4000, "cache_control": {"type": "ephemeral", "ttl": ttl}}]
        return cached(await client.messages.create(model=UNBOUND, max_tokens=8, messages=turns, system=system))

    async with (
        simulated_api(accounts, clock=clock) as api,
        clients_of(api, "work", "same", "next") as (work, same, next_),
    ):
        assert await ask(work, "5m") == (0, 2000, 0)
        assert await ask(same, "5m") == (2000, 0, 0)
        assert await ask(next_, "5m") == (0, 2000, 0)
        assert await ask(work, "1h") == (0, 0, 2000)
        clock.advance(299)
        assert await ask(work, "5m") == (2000, 0, 0)
        clock.advance(301)
        assert await ask(work, "5m") == (0, 2000, 0)
        assert await ask(work, "1h") == (2000, 0, 0)
        clock.advance(3601)
        assert await ask(work, "1h") == (0, 0, 2000)


@pytest.mark.parametrize(
    ("model", "minimum"), [(UNBOUND, 512), ("claude-sonnet-5-5", 1024), ("claude-haiku-4-5", 4096)]
)
async def test_each_model_has_its_own_minimum(model: str, minimum: int) -> None:
    turns: Any = [{"role": "user", "content": "Hi"}]
    async with simulated_api() as api, clients_of(api, "work") as (work,):
        for tokens, written in ((minimum - 1, 0), (minimum, minimum)):
            system: Any = [{"type": "text", "text": "x" * 4 * tokens, "cache_control": {"type": "ephemeral"}}]
            answer = await work.messages.create(model=model, max_tokens=8, messages=turns, system=system)
            assert answer.usage.cache_creation_input_tokens == written


async def test_windows_fill_up_refuse_and_begin_anew() -> None:
    clock, prefix = ManualClock(), "anthropic-ratelimit-unified-"
    account = subscription("max", windows=WindowBudgets(session_tokens=1000, weekly_tokens=1860, top_model_tokens=300))
    turns: Any = [{"role": "user", "content": "x" * 1200}]
    async with simulated_api([account], clock=clock) as api:
        client = anthropic.AsyncAnthropic(base_url=api.url, auth_token=account.key, max_retries=0)

        async def ask(model: str = UNBOUND) -> tuple[int, dict[str, str]]:
            try:
                raw = await client.messages.with_raw_response.create(
                    model=model, max_tokens=8, messages=turns, extra_headers={"anthropic-beta": "oauth-2025-04-20"}
                )
                status, headers = raw.status_code, raw.headers
            except anthropic.RateLimitError as error:
                status, headers = 429, error.response.headers
            return status, {name.removeprefix(prefix): value for name, value in headers.items()}

        status, headers = await ask("claude-fable-5-2")
        assert (status, headers["7d_oi-status"], headers["5h-status"]) == (200, "rejected", "allowed")
        status, headers = await ask("claude-fable-5-2")
        assert (status, headers["representative-claim"]) == (429, "seven_day_overage_included")
        seen = [(await ask())[1]["5h-utilization"] for _ in range(2)]
        assert seen == ["0.62", "0.93"]
        assert [(await ask())[0] for _ in range(2)] == [200, 429]
        status, headers = await ask()
        assert (headers["status"], headers["representative-claim"], headers["retry-after"]) == (
            "rejected",
            "five_hour",
            "18000",
        )
        clock.advance(18_000)
        assert [(await ask())[0] for _ in range(3)] == [200, 200, 429]
        status, headers = await ask()
        assert (headers["representative-claim"], headers["7d-surpassed-threshold"]) == ("seven_day", "1.0")
        clock.advance(float(headers["retry-after"]))
        assert (await ask())[0] == 200
        await client.close()


async def test_a_search_is_answered_whole_and_streamed() -> None:
    turns: Any = [{"role": "user", "content": "Search for green tea"}]
    async with simulated_api() as api, clients_of(api, "work") as (work,):
        whole = await work.messages.create(model=UNBOUND, max_tokens=640, messages=turns, tools=[SEARCH])
        async with work.messages.stream(model=UNBOUND, max_tokens=640, messages=turns, tools=[SEARCH]) as stream:
            streamed = await stream.get_final_message()
        again: Any = [*turns, whole.to_param(), {"role": "user", "content": "Thanks"}]
        await work.messages.create(model=UNBOUND, max_tokens=8, messages=again, tools=[SEARCH])
    for message in (whole, streamed):
        assert [block.type for block in message.content] == ["server_tool_use", "web_search_tool_result", "text"]
        call, found, text = message.content
        assert call.type == "server_tool_use"
        assert found.type == "web_search_tool_result"
        assert text.type == "text"
        assert call.input == {"query": "Search for green tea"}
        assert found.tool_use_id == call.id
        assert text.citations
        assert message.stop_reason == "end_turn"
        assert message.usage.server_tool_use is not None
        assert message.usage.server_tool_use.web_search_requests == 1
    assert whole.usage.input_tokens == streamed.usage.input_tokens > 100


@pytest.mark.parametrize(
    ("coding", "encode"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)]
)
async def test_compressed_requests_are_read(coding: str, encode: Any) -> None:
    body = encode(
        json.dumps({"model": UNBOUND, "max_tokens": 8, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    )
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        answer = await http.post("/v1/messages", content=body, headers={"content-encoding": coding})
        wrong = await http.post("/v1/messages", content=body[:-1], headers={"content-encoding": coding})
    assert answer.status_code == 200
    assert (api.world.seen[0].body, api.world.seen[0].model) == (body, UNBOUND)
    assert wrong.json()["error"]["details"] == {"error_code": "request_body_encoding_invalid"}


async def test_speed_and_place_are_those_of_the_request() -> None:
    async with simulated_api() as api, clients_of(api, "work") as (work,):
        message = await work.messages.create(
            model=UNBOUND, max_tokens=8, messages=[{"role": "user", "content": "Hi"}], speed="fast", inference_geo="us"
        )
        bad: Any = "slow"
        with pytest.raises(anthropic.BadRequestError, match="speed: Input should be 'standard' or 'fast'"):
            await work.messages.create(
                model=UNBOUND, max_tokens=8, messages=[{"role": "user", "content": "Hi"}], speed=bad
            )
    assert (message.usage.speed, message.usage.inference_geo) == ("fast", "us")


def visit_of(world: World) -> Visit:
    fields = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    path = "/v1/messages"
    extensions: Any = {FIELDS: fields}
    return Visit(
        world,
        {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "extensions": extensions,
        },
    )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "thinking", "tool_use", "tool_result", "redacted_thinking", "image"]) | JUNK},
    optional={
        name: JUNK | st.just("x") for name in ("text", "thinking", "signature", "id", "name", "input", "tool_use_id")
    },
)
TOOL = st.fixed_dictionaries(
    {"name": st.just("search") | JUNK},
    optional={
        "type": st.sampled_from(["custom", "web_search_20260318"]) | JUNK,
        "input_schema": JUNK
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("type", "properties", "items", "enum", "required"), JUNK)),
        "allowed_domains": JUNK,
        "cache_control": JUNK,
    },
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": st.text(max_size=9) | st.lists(BLOCK, max_size=3)}
)
BODY = st.fixed_dictionaries(
    {
        "model": st.sampled_from([UNBOUND, BOUND, "claude-haiku-4-5"]) | JUNK,
        "max_tokens": st.integers(0, 99) | JUNK,
        "messages": st.lists(MESSAGE | JUNK, max_size=3) | JUNK,
    },
    optional={
        "tools": st.lists(TOOL, max_size=3) | JUNK,
        "tool_choice": st.fixed_dictionaries(
            {"type": st.sampled_from(["any", "auto", "tool"])}, optional={"name": JUNK}
        ),
        **dict.fromkeys(("system", "thinking", "stop_sequences", "metadata", "cache_control", "speed"), JUNK),
        "inference_geo": JUNK,
        "stream": st.booleans(),
    },
)


@given(BODY)
def test_whatever_is_sent_is_answered_or_refused(body: dict[str, Any]) -> None:
    visit = visit_of(World(Accounts(), ManualClock()))
    try:
        status = create_message(visit, visit.admit(msgspec.json.encode(body))).status
    except ApiError as error:
        status = error.status
    assert status in (200, 400, 404)
