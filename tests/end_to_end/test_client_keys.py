"""Client keys as an owner makes them and a client meets them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from anthropic import APIStatusError, AsyncAnthropic, AuthenticationError, PermissionDeniedError, RateLimitError
from stage import MODEL, QUESTION, body_of, scripted

from claudeflare.simulator.server import SimulatorServer
from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import api_account, simulated_api

ANSWER = "word " * 60


@pytest.fixture
async def upstream() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([api_account("alpha"), api_account("beta")]) as opened:
        yield opened


@pytest.fixture
async def server(upstream: SimulatorServer, tmp_path: Path) -> AsyncIterator[ClaudeflareServer]:
    async with claudeflare_server(upstream.url, tmp_path / "home") as opened:
        await opened.add("alpha", "beta")
        await opened.until_accounts(configured=2)
        yield opened


def sdk(server: ClaudeflareServer, key: str, **options: Any) -> AsyncAnthropic:
    return AsyncAnthropic(**{"base_url": server.url, "api_key": key, "max_retries": 0, **options})


async def make(server: ClaudeflareServer, name: str, *options: str) -> str:
    """A key that its gateways know."""
    key = (await server.cli("keys", "add", name, *options)).stdout.strip()
    await until_known(server, key)
    return key


async def until_known(server: ClaudeflareServer, key: str) -> None:
    async def known() -> bool | None:
        async with sdk(server, key) as client:
            try:
                await client.messages.count_tokens(model=MODEL, messages=QUESTION["messages"])
            except AuthenticationError:
                return None
            return True

    await eventually(known, "the gateways to know the key")


async def ask(client: AsyncAnthropic, **extra: Any) -> Any:
    """The same question, which always costs the same."""
    headers = scripted(text=ANSWER) | extra.pop("headers", {})
    return await client.messages.create(**{**QUESTION, "max_tokens": 100} | extra, extra_headers=headers)


async def cost_of_asking(server: ClaudeflareServer) -> float:
    """USD, as it stands on record."""
    key = await make(server, "probe")
    async with sdk(server, key) as client:
        await ask(client)

    def costs(found: list[Any]) -> list[float]:
        return [record["costUsd"] for record in found if record["costUsd"]]

    return costs(await server.requests(costs, clientKey="probe"))[0]


async def test_without_a_key_nobody_gets_in_once_there_is_one(
    server: ClaudeflareServer, upstream: SimulatorServer
) -> None:
    async with sdk(server, "whatever") as anybody:
        await ask(anybody)
        key = await make(server, "laptop")
        assert key.startswith("cfk_")
        with pytest.raises(AuthenticationError) as refused:
            await ask(anybody)
    assert body_of(refused.value)["error"]["type"] == "authentication_error"
    assert "claudeflare keys add" in body_of(refused.value)["error"]["message"]
    upstream.world.seen.clear()
    async with sdk(server, key) as client:
        answer = await client.messages.with_raw_response.create(**QUESTION)
    async with AsyncAnthropic(base_url=server.url, auth_token=key, max_retries=0) as bearer:
        await bearer.messages.create(**QUESTION)
    for seen in upstream.world.seen:
        assert key not in str(vars(seen) if hasattr(seen, "__dict__") else seen)
    record = await server.record(answer.headers["x-claudeflare-request-id"], clientKey="laptop")
    assert record["clientKey"] == "laptop"
    listed = (await server.cli("requests", "--key", "laptop", "--json")).json()
    assert {each["clientKey"] for each in listed} == {"laptop"}
    (shown,) = (await server.cli("keys", "list", "--json")).json()
    assert (shown["name"], shown["state"], shown["ending"]) == ("laptop", "active", key[-4:])
    assert key not in server.log
    await server.cli("keys", "revoke", "laptop", "--yes")

    async def open_again() -> bool | None:
        async with sdk(server, "whatever") as anybody:
            try:
                await ask(anybody)
            except AuthenticationError:
                return None
            return True

    await eventually(open_again, "the last key's end")


async def test_a_budget_refuses_as_anthropics_own_gateway(server: ClaudeflareServer) -> None:
    cost = await cost_of_asking(server)
    key = await make(server, "ci", "--per-day", f"{2.5 * cost:.6f}", "--time-zone", "Europe/Berlin")
    async with sdk(server, key, max_retries=5) as client:
        for _ in range(3):
            await ask(client)
        with pytest.raises(RateLimitError) as refused:
            await ask(client)
        # Counting tokens is not held up for money.
        await client.messages.count_tokens(model=MODEL, messages=QUESTION["messages"])
    error = body_of(refused.value)["error"]
    assert error["type"] == "billing_error"
    assert error["message"].startswith("spend limit reached (daily; resets 20")
    assert "claudeflare keys limit ci --per-day USD" in error["message"]
    headers = refused.value.response.headers
    assert headers["x-should-retry"] == "false"
    assert 0 < int(headers["retry-after"]) <= 25 * 3600
    refusals = await server.requests(lambda found: len(found) == 1, clientKey="ci", status="429")
    assert len(refusals) == 1, "the client did not try again by itself"

    async def spent() -> Any:
        shown = (await server.cli("keys", "list", "--json")).json()[0]
        budget = shown["budgets"][0]
        return budget if budget["spent"] == pytest.approx(3 * cost) else None

    assert (await eventually(spent, "what was spent"))["remaining"] == 0.0
    await server.cli("keys", "limit", "ci", "--per-day", "20")

    async def raised() -> bool | None:
        async with sdk(server, key) as again:
            try:
                await ask(again)
            except RateLimitError:
                return None
            return True

    await eventually(raised, "the raised budget")


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_burst_overspends_by_one_request_for_each_worker_at_most(
    upstream: SimulatorServer, tmp_path: Path, workers: str
) -> None:
    async with claudeflare_server(upstream.url, tmp_path / "home", CLAUDEFLARE_WORKERS=workers) as server:
        await server.add("alpha", "beta")
        await server.until_accounts(configured=2)
        cost = await cost_of_asking(server)
        budget = 10.5 * cost
        key = await make(server, "burst", "--per-month", f"{budget:.6f}")

        async def one() -> str:
            async with sdk(server, key) as client:
                try:
                    await ask(client)
                except APIStatusError as error:
                    return str(body_of(error)["error"]["type"])
                return "served"

        answers = await asyncio.gather(*(one() for _ in range(60)))
        assert set(answers) <= {"served", "billing_error", "rate_limit_error"}
        served = answers.count("served")
        assert 10 <= served <= 11 + int(workers) - 1
        assert served * cost <= budget + int(workers) * cost


@pytest.mark.parametrize("plane", ["control", "gateway"])
async def test_a_budget_outlives_either_process(server: ClaudeflareServer, plane: str) -> None:
    cost = await cost_of_asking(server)
    key = await make(server, "ci", "--per-week", f"{4.5 * cost:.6f}")
    async with sdk(server, key) as client:
        for _ in range(2):
            await ask(client)
        old = server.signal(plane, signal.SIGKILL)
        await server.replaced(plane, old)
        await until_known(server, key)
        for _ in range(3):
            await ask(client)
        with pytest.raises(RateLimitError) as refused:
            await ask(client)
    assert body_of(refused.value)["error"]["type"] == "billing_error"


async def test_limits_of_models_accounts_and_rates(server: ClaudeflareServer, upstream: SimulatorServer) -> None:
    key = await make(server, "narrow", "--model", "claude-sonnet-*", "--account", "beta", "--requests-per-minute", "3")
    upstream.world.seen.clear()
    async with sdk(server, key) as client:
        with pytest.raises(PermissionDeniedError, match="may use claude-sonnet"):
            await ask(client, model="claude-haiku-4-5")
        with pytest.raises(PermissionDeniedError, match="may not use that account"):
            await ask(client, headers={"x-claudeflare-account": "alpha"})
        for _ in range(3):
            await ask(client)
        with pytest.raises(RateLimitError, match="3 requests per minute") as refused:
            await ask(client)
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 20
    assert [request.account for request in upstream.world.seen] == ["beta"] * 3


async def test_shadow_mode_tells_and_refuses_nothing(server: ClaudeflareServer) -> None:
    cost = await cost_of_asking(server)
    key = await make(server, "trial", "--requests-per-minute", "1", "--per-day", f"{0.5 * cost:.6f}", "--shadow")
    async with sdk(server, key) as client:
        first = await client.messages.with_raw_response.create(**QUESTION)
        second = await client.messages.with_raw_response.create(**QUESTION)
    assert "x-claudeflare-would-refuse" not in first.headers
    assert second.headers["x-claudeflare-would-refuse"] == "requests"
    await server.record(second.headers["x-claudeflare-request-id"], wouldRefuse="requests")


async def test_a_file_of_keys(upstream: SimulatorServer, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("# for the containers\nbuild box-secret-of-the-build\n")
    keys.chmod(0o600)
    home = tmp_path / "home"
    async with claudeflare_server(upstream.url, home, CLAUDEFLARE_CLIENT_KEY_FILE=str(keys)) as server:
        await server.add("alpha")
        await server.until_accounts(configured=1)
        async with sdk(server, "wrong") as nobody:
            with pytest.raises(AuthenticationError):
                await ask(nobody)
        async with sdk(server, "box-secret-of-the-build") as client:
            await ask(client)
        (listed,) = (await server.cli("keys", "list", "--json")).json()
        assert (listed["name"], listed["source"]) == ("build", "file")
        refused = await server.cli("keys", "revoke", "build", "--yes", exit_code=1)
        assert "CLAUDEFLARE_CLIENT_KEY_FILE" in refused.stderr
