#!/usr/bin/env python3
"""The same through the real gateway, in real time, beside its simulation: `python benchmarks/limits/real.py`.

Sessions are those of the benchmark eight times as fast and with a quarter of their tokens, so that a few minutes are
enough; limits are cut to the load as there. What the two lines differ by is what the simulation leaves out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import httpx2
import msgspec
from measure import measured, pool, row
from workload import requests

from claudeflare.client.client import Client
from claudeflare.client.resources import NewAccount
from claudeflare.demo.server import DemoServer
from claudeflare.demo.upstream import UpstreamTally
from claudeflare.home import Home
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import UNLIMITED, alone, run
from claudeflare.replay.tally import Tally
from claudeflare.simulator.accounts import Accounts, SimulatedAccount
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from claudeflare.simulator.world import World
from claudeflare.tasks import TaskKeeper

FASTER, SMALLER = 8, 4
SESSIONS_PER_MINUTE = 6.0
VIRTUAL_SECONDS = 1600.0
PACING = Pacing(ttft=0.3, tokens_per_second=280.0)
WORD = "word "
TOKENS_PER_WORD = 1.5


class Through(msgspec.Struct, rename="camel"):
    """What clients and the API saw."""

    sent: int = 0
    answered: int = 0
    limited: int = 0
    failed: int = 0


def made(seed: int) -> list[ReplayedRequest]:
    """The benchmark's requests, faster and smaller."""
    return [
        msgspec.structs.replace(
            each,
            at=each.at / FASTER,
            prefix=each.prefix // SMALLER,
            uncached=each.uncached // SMALLER,
            output=(output := max(each.output // SMALLER, 1)),
            first_byte_seconds=PACING.ttft,
            answer_seconds=PACING.ttft + PACING.seconds(output),
            body_bytes=each.body_bytes // SMALLER,
        )
        for each in requests(seed, SESSIONS_PER_MINUTE, VIRTUAL_SECONDS)
    ]


class Bodies:
    """A conversation's requests as bodies: blocks of text, to which each turn adds one, marked for the cache."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[int]] = defaultdict(list)

    def body(self, request: ReplayedRequest) -> dict[str, Any]:
        """As many tokens as it says, a few more for frames."""
        blocks = self._blocks[request.conversation]
        blocks.append(max(request.prefix - sum(blocks), 1))
        texts = [f"{request.conversation} {number} ".ljust(4 * size, "x") for number, size in enumerate(blocks)]
        content: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
        content[-1]["cache_control"] = {"type": "ephemeral"}
        return {
            "model": request.model,
            "max_tokens": 4096,
            "stream": True,
            "messages": [{"role": "user", "content": content}],
        }


async def send(http: httpx2.AsyncClient, request: ReplayedRequest, body: dict[str, Any], seen: Through) -> None:
    """One request, read to its end."""
    words = max(1, round(request.output / TOKENS_PER_WORD))
    headers = {
        "anthropic-version": "2023-06-01",
        "x-claudeflare-session": request.session,
        "x-simulator-answer": json.dumps({"words": words}),
    }
    try:
        async with http.stream("POST", "/v1/messages", json=body, headers=headers) as response:
            last = ""
            async for line in response.aiter_lines():
                last = line or last
            if response.status_code == 429:
                seen.limited += 1
            elif response.status_code == 200 and "message_stop" in last:
                seen.answered += 1
            else:
                seen.failed += 1
    except httpx2.TransportError:
        seen.failed += 1


async def replay(url: str, planned: Sequence[ReplayedRequest]) -> Through:
    """Send each at its time, whatever became of those before."""
    seen, bodies, keeper = Through(), Bodies(), TaskKeeper()
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=128)
    async with httpx2.AsyncClient(
        base_url=url, headers={"x-api-key": "any"}, timeout=120.0, trust_env=False, limits=limits
    ) as http:
        loop = asyncio.get_running_loop()
        began = loop.time()
        running = []
        for request in planned:
            await asyncio.sleep(max(0.0, began + request.at - loop.time()))
            seen.sent += 1
            running.append(keeper.start(send(http, request, bodies.body(request), seen), "request"))
        await asyncio.gather(*running)
    return seen


async def through_gateway(accounts: Sequence[ModelledAccount], planned: Sequence[ReplayedRequest]) -> dict[str, Any]:
    """The real thing: simulator, server, accounts, clients."""
    simulated = [
        SimulatedAccount(
            name=each.account.name,
            key=f"sk-ant-api03-bench-{each.account.name}",
            organization=each.organization,
            model_limits=dict(each.model_limits),
        )
        for each in accounts
    ]
    world = World(Accounts(simulated), Clock(1.0), pacing=PACING, seed=1)
    upstream = UpstreamTally(world)
    async with SimulatorServer(world) as api, DemoServer(api.url, 0) as server:
        token = Home(server.home).control_token.read_text().strip()
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60.0, trust_env=False) as http:
            client = Client(http, where=server.url, token_source="the server's home")
            for each, one in zip(simulated, accounts, strict=True):
                await client.add_account(
                    NewAccount(
                        name=each.name, mode="api-key", tier=one.account.tier, priority=0, baseUrl=None, apiKey=each.key
                    )
                )
            keeper = TaskKeeper()
            reading = keeper.start(_keep_reading(upstream), "tally")
            seen = await replay(server.url, planned)
            reading.cancel()
            upstream.read()
            await asyncio.sleep(3.0)  # the last records
            records = [record async for record in client.requests({})]
    waits = sorted(record["queuedMs"] / 1000 for record in records)
    return {
        "requests": seen.sent,
        "answered": seen.answered,
        "failed": seen.failed,
        "clientLimits": seen.limited,
        "upstreamLimits": upstream.answers(429),
        "cacheRead": sum(record["cacheReadInputTokens"] or 0 for record in records),
        "waitP50": waits[len(waits) // 2],
        "waitP99": waits[int(len(waits) * 0.99)],
        "waitMax": waits[-1],
    }


async def _keep_reading(upstream: UpstreamTally) -> None:
    while True:
        await asyncio.sleep(0.5)
        upstream.read()


def main() -> None:
    """Print both lines as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--load", type=float, default=0.7)
    parser.add_argument("--way", default="session")
    chosen = parser.parse_args()
    planned = made(chosen.seed)
    warm_up = VIRTUAL_SECONDS / FASTER / 2
    undisturbed = run(planned, [UNLIMITED], alone, Tally(None, warm_up))
    accounts = pool(undisturbed, chosen.load)
    simulated = row(chosen.way, chosen.load, measured(chosen.way, planned, accounts, None, 0.0), undisturbed)
    tally = measured(chosen.way, planned, accounts, None, 0.0)
    print(
        json.dumps(
            {
                "simulated": {
                    "requests": simulated.requests,
                    "clientLimits": simulated.client_limits,
                    "upstreamLimits": simulated.upstream_limits,
                    "cacheRead": tally.cache_read,
                    "waitP50": simulated.wait_p50,
                    "waitP99": simulated.wait_p99,
                    "waitMax": simulated.wait_max,
                }
            }
        ),
        flush=True,
    )
    print(json.dumps({"through the gateway": asyncio.run(through_gateway(accounts, planned))}))


if __name__ == "__main__":
    main()
