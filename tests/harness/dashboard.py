"""A server worth looking at: accounts with limits of both kinds, one of them used up, and requests on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import httpx2

from claudeflare.simulator.accounts import Limits, WindowBudgets
from claudeflare.tasks import TaskKeeper
from harness.chromium import Tab
from harness.server import ClaudeflareServer, claudeflare_server
from harness.signing_in import sign_in_environment
from harness.simulated_api import api_account, simulated_api, subscription

MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")
SUBSCRIPTIONS = ("work", "home")
API_KEYS = ("spare", "lab")
HEADERS = {"x-api-key": "any", "anthropic-version": "2023-06-01", "user-agent": "claude-cli/2.1.0 (external, cli)"}


class OpenTab(Protocol):
    """Opens a tab at the overview; what goes wrong in it fails the test."""

    async def __call__(self, *, theme: str = "dark", width: int = 1280, signed_in: bool = True) -> Tab:
        """`signed_in`: by a one-time link, as `claudeflare dashboard` does it."""
        ...


@asynccontextmanager
async def dashboard_server(home: Path) -> AsyncIterator[ClaudeflareServer]:
    """The whole product with a simulated upstream; requests are spread over all accounts."""
    limits = Limits(requests=50, input_tokens=30_000, output_tokens=8_000)
    accounts = [
        subscription("work", windows=WindowBudgets(session_tokens=2_500, weekly_tokens=9_000)),
        subscription("home", windows=WindowBudgets(session_tokens=20_000, weekly_tokens=90_000)),
        *(api_account(name, limits=limits) for name in API_KEYS),
    ]
    async with (
        simulated_api(accounts) as api,
        claudeflare_server(
            api.url, home, CLAUDEFLARE_LB_STRATEGY="round-robin", **sign_in_environment(api.url)
        ) as server,
    ):
        for name in SUBSCRIPTIONS:
            account = {"name": name, "mode": "token", "token": f"sk-ant-oat01-{name}", "acceptTerms": True}
            answer = await server.api.post("/api/accounts", json=account)
            assert answer.status_code == 201, answer.text
        await server.add(*API_KEYS)
        yield server


async def converse(server: ClaudeflareServer, count: int) -> None:
    """Requests as clients send them, until all are on record."""
    before = len((await server.api.get("/api/requests", params={"limit": 1000})).json())
    async with httpx2.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as client:
        for number in range(count):
            await ask(client, number)
    await server.requests(lambda listed: len(listed) >= min(before + count, 1000))


async def ask(client: httpx2.AsyncClient, number: int) -> None:
    """One request, streamed every other time."""
    question = {
        "model": MODELS[number % len(MODELS)],
        "max_tokens": 50 + number % 40 * 7,
        "stream": number % 2 == 1,
        "messages": [{"role": "user", "content": f"Question {number}: why is the sky blue?"}],
    }
    await client.post("/v1/messages", json=question)


@asynccontextmanager
async def traffic(server: ClaudeflareServer) -> AsyncIterator[None]:
    """Requests that go on, one after the other."""

    async def go_on() -> None:
        async with httpx2.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as client:
            number = 0
            while True:
                await ask(client, number)
                number += 1

    tasks = TaskKeeper()
    tasks.start(go_on(), "traffic")
    try:
        yield
    finally:
        await tasks.close()
