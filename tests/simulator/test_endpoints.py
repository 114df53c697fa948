"""The API's routes over real sockets, through the official client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import httpx2
import pytest

from claudeflare.simulator.accounts import Limits, WindowBudgets
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from claudeflare.tasks import TaskKeeper
from harness.simulated_api import api_account, simulated_api, subscription

MODEL = "claude-opus-5-5"
PROMPT: list[Any] = [{"role": "user", "content": "Hi"}]
TOOL: Any = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"]},
}
HEADERS = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}
BODY = {"model": MODEL, "max_tokens": 64, "messages": PROMPT}


@asynccontextmanager
async def client_of(api: SimulatorServer, key: str = "sk-ant-api03-work") -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key=key, max_retries=0) as client:
        yield client


def scripted(**script: Any) -> dict[str, str]:
    return {"x-simulator-answer": json.dumps(script)}


async def test_a_message() -> None:
    async with simulated_api([api_account("work")]) as api, client_of(api) as client:
        raw = await client.messages.with_raw_response.create(
            model=MODEL, max_tokens=64, messages=PROMPT, extra_headers=scripted(text="Hello!")
        )
        message = await raw.parse()
    assert message.content[0].type == "text"
    assert message.content[0].text == "Hello!"
    assert message.stop_reason == "end_turn"
    assert message.id.startswith("msg_01")
    assert len(message.id) == 28
    account = api_account("work")
    seen = api.world.seen[0]
    assert raw.headers["request-id"] == seen.request_id
    assert raw.headers["anthropic-organization-id"] == account.organization_id
    assert raw.headers["anthropic-workspace-id"] == account.workspace_id
    assert raw.headers["anthropic-ratelimit-requests-remaining"] == "999"
    assert (seen.account, seen.model, seen.status, seen.finished) == ("work", MODEL, 200, True)
    assert json.loads(seen.body) == BODY
    assert seen.header("authorization") == "…work"
    assert seen.header("anthropic-version") == "2026-10-21"
    assert seen.header("cookie") is None


async def test_a_stream_with_text_and_a_tool() -> None:
    async with (
        simulated_api() as api,
        client_of(api) as client,
        client.messages.stream(
            model=MODEL, max_tokens=640, messages=PROMPT, tools=[TOOL], tool_choice={"type": "any"}
        ) as stream,
    ):
        kinds = {event.type async for event in stream}
        message = await stream.get_final_message()
    assert {"message_start", "content_block_delta", "input_json", "message_stop"} <= kinds
    assert message.stop_reason == "tool_use"
    assert message.content[-1].type == "tool_use"
    assert message.content[-1].input == {"city": "Oslo"}
    assert message.usage.output_tokens > 0
    seen = api.world.seen[0]
    assert seen.streaming
    assert seen.parts_sent > 8


async def test_a_tool_turn_goes_on() -> None:
    async with simulated_api() as api, client_of(api) as client:
        first = await client.messages.create(
            model=MODEL,
            max_tokens=64,
            messages=PROMPT,
            tools=[TOOL],
            tool_choice={"type": "tool", "name": "get_weather"},
        )
        used = first.content[-1]
        assert used.type == "tool_use"
        result = {"type": "tool_result", "tool_use_id": used.id, "content": "9 °C"}
        turns: Any = [*PROMPT, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
        second = await client.messages.create(model=MODEL, max_tokens=64, messages=turns, tools=[TOOL])
        assert second.stop_reason == "max_tokens"
        with pytest.raises(anthropic.BadRequestError, match="without `tool_result` blocks immediately after"):
            await client.messages.create(model=MODEL, max_tokens=64, messages=turns[:2], tools=[TOOL])


async def test_cached_prefixes_are_written_then_read_in_one_workspace() -> None:
    system: Any = [{"type": "text", "text": "x" * 8000, "cache_control": {"type": "ephemeral"}}]
    async with simulated_api() as api:
        usages = []
        for key in ("sk-ant-api03-a", "sk-ant-api03-a", "sk-ant-api03-b"):
            async with client_of(api, key) as client:
                message = await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT, system=system)
                usages.append((message.usage.cache_creation_input_tokens, message.usage.cache_read_input_tokens))
    assert usages == [(2000, 0), (0, 2000), (2000, 0)]


async def test_counting_and_models() -> None:
    async with simulated_api() as api, client_of(api) as client:
        count = await client.messages.count_tokens(model=MODEL, messages=PROMPT)
        models = [model.id async for model in client.models.list(limit=3)]
        one = await client.models.retrieve("claude-haiku-4-5")
        with pytest.raises(anthropic.NotFoundError, match="model: claude-foo"):
            await client.models.retrieve("claude-foo")
        with pytest.raises(anthropic.BadRequestError, match="limit"):
            await client.models.list(limit=0)
    assert count.input_tokens == 5
    assert MODEL in models
    assert one.id == "claude-haiku-4-5-20251001"
    assert one.max_input_tokens == 200_000


async def test_limits_refuse_and_refill() -> None:
    clock = ManualClock()
    account = api_account("work", limits=Limits(requests=100, input_tokens=6, output_tokens=1000))
    async with simulated_api([account], clock=clock) as api, client_of(api) as client:
        await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)
        with pytest.raises(anthropic.RateLimitError) as caught:
            await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)
        assert "rate limit of 6 input tokens per minute" in caught.value.message
        assert caught.value.response.headers["retry-after"] == "40"
        # Limits are per model class: another one has its own.
        await client.messages.create(model="claude-sonnet-5-5", max_tokens=8, messages=PROMPT)
        clock.advance(40)
        await client.messages.create(model="claude-opus-5", max_tokens=8, messages=PROMPT)


async def test_accounts_of_one_organization_share_its_limits() -> None:
    limits = Limits(requests=1, input_tokens=1000, output_tokens=1000)
    accounts = [api_account("a", limits=limits, organization="acme"), api_account("b", organization="acme")]
    async with simulated_api(accounts, clock=ManualClock()) as api:
        async with client_of(api, "sk-ant-api03-a") as client:
            await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)
        async with client_of(api, "sk-ant-api03-b") as client:
            with pytest.raises(anthropic.RateLimitError, match="1 requests per minute"):
                await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)


async def test_a_refused_request_writes_no_cache() -> None:
    clock = ManualClock()
    account = api_account("work", limits=Limits(requests=1, input_tokens=10_000, output_tokens=1000))
    system: Any = [{"type": "text", "text": "x" * 8000, "cache_control": {"type": "ephemeral"}}]
    async with simulated_api([account], clock=clock) as api, client_of(api) as client:
        await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)
        with pytest.raises(anthropic.RateLimitError):
            await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT, system=system)
        clock.advance(60)
        message = await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT, system=system)
    assert message.usage.cache_creation_input_tokens == 2000


async def test_counting_has_limits_of_its_own() -> None:
    async with simulated_api(clock=ManualClock()) as api, client_of(api) as client:
        account = api.world.accounts.by_key("sk-ant-api03-work")
        assert account is not None
        api.world.allowances.buckets(account, "count_tokens", api.world.clock.now()).requests.charge(2000, 1e9)
        with pytest.raises(anthropic.RateLimitError, match="2,000 requests per minute"):
            await client.messages.count_tokens(model=MODEL, messages=PROMPT)
        await client.messages.create(model=MODEL, max_tokens=8, messages=PROMPT)


async def test_subscriptions_have_windows_and_need_the_beta() -> None:
    clock = ManualClock()
    account = subscription("max", windows=WindowBudgets(session_tokens=20))
    bearer = {"authorization": "Bearer sk-ant-oat01-max", "anthropic-version": "2023-06-01"}
    with_beta = {**bearer, "anthropic-beta": "oauth-2025-04-20"}
    async with simulated_api([account], clock=clock) as api, httpx2.AsyncClient(base_url=api.url) as http:
        refused = await http.post("/v1/messages", json=BODY, headers=bearer)
        wrong_header = await http.post("/v1/messages", json=BODY, headers={**HEADERS, "x-api-key": account.key})
        first = await http.post("/v1/messages", json=BODY, headers=with_beta)
        second = await http.post("/v1/messages", json=BODY, headers=with_beta)
        clock.advance(5 * 3600)
        third = await http.post("/v1/messages", json=BODY, headers=with_beta)
    assert refused.json()["error"]["message"] == "OAuth authentication is currently not supported."
    assert wrong_header.json()["error"]["message"] == "invalid x-api-key"
    assert [answer.status_code for answer in (refused, wrong_header, first, second, third)] == [401, 401, 200, 429, 200]
    assert first.headers["anthropic-ratelimit-unified-status"] == "allowed"
    assert "anthropic-ratelimit-requests-limit" not in first.headers
    assert second.headers["anthropic-ratelimit-unified-5h-status"] == "rejected"
    assert second.headers["retry-after"] == "18000"
    assert second.json()["error"]["message"] == (
        "This request would exceed your account's rate limit. Please try again later."
    )


async def test_the_edge_refuses_bodies_above_32_mb() -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.post("/v1/messages", content=b" " * (33 * 1024 * 1024), headers=HEADERS)
    assert answer.status_code == 413
    assert answer.content == (b'{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}')
    assert "request-id" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "message"),
    [
        ("POST", "/v1/messages", {}, 401, "x-api-key header is required"),
        ("POST", "/v1/messages", {"x-api-key": "nonsense"}, 401, "invalid x-api-key"),
        ("POST", "/v1/messages", {"x-api-key": "sk-ant-api03-x"}, 400, "anthropic-version: header is required"),
        ("GET", "/v1/models?limit=many", HEADERS, 400, "limit: Input should be between 1 and 1000"),
        ("GET", "/v1/elsewhere", HEADERS, 404, "Not found"),
        ("GET", "/v1/messages", HEADERS, 405, "Method Not Allowed"),
        ("POST", "/v1/messages", HEADERS, 400, "The request body is not valid JSON: Input data was truncated"),
        (
            "GET",
            "/v1/models",
            {**HEADERS, "x-simulator-fault": "explode"},
            400,
            "x-simulator-fault: There is no fault 'explode'.",
        ),
    ],
)
async def test_errors_have_one_shape(
    method: str, path: str, headers: dict[str, str], status: int, message: str
) -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.request(method, path, headers=headers)
    assert answer.status_code == status
    body = answer.json()
    assert body["type"] == "error"
    assert body["error"]["message"].startswith(message)
    assert body["request_id"] == answer.headers["request-id"]


async def test_repeated_headers_arrive_as_they_are() -> None:
    fields = [*HEADERS.items(), ("anthropic-beta", "fast-mode-2026-02-01"), ("Anthropic-Beta", "foo-2020-01-01")]
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.get("/v1/models", headers=fields)
    assert "`foo-2020-01-01`" in answer.json()["error"]["message"]
    assert api.world.seen[0].header("anthropic-beta") == "fast-mode-2026-02-01, foo-2020-01-01"
    assert ("Anthropic-Beta", "foo-2020-01-01") in api.world.seen[0].fields


@pytest.mark.parametrize("path", ["/", "/api/hello"])
async def test_probes_are_answered(path: str) -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        assert (await http.head(path)).status_code == 200


async def test_pacing_goes_by_the_clock() -> None:
    clock, pacing, started = ManualClock(), Pacing(ttft=2, tokens_per_second=1), ManualClock().now()
    async with simulated_api(clock=clock, pacing=pacing) as api, client_of(api) as client:
        answers = TaskKeeper()
        message = answers.start(
            client.messages.create(model=MODEL, max_tokens=64, messages=PROMPT, extra_headers=scripted(words=8)),
            "answer",
        )
        while not message.done():
            await asyncio.wait(
                {message, answers.start(clock.until_somebody_sleeps(), "pause")}, return_when="FIRST_COMPLETED"
            )
            clock.advance(0.5)
        await answers.close()
        output_tokens = (await message).usage.output_tokens
    assert clock.now() - started >= 2 + output_tokens
