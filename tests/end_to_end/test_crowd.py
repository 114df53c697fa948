"""Five hundred requests at once on limited accounts, while accounts come and go, fail, and clients leave."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from time import time

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import BenchCleared, Benched
from claudeflare.simulator.accounts import Limits, SimulatedAccount
from claudeflare.simulator.catalog import find_model
from claudeflare.simulator.server import SimulatorServer
from harness.gateway import RunningGateway, account, running_gateway
from harness.simulated_api import api_account, simulated_api

REQUESTS = 500
NAMES = ("api03-a", "api03-b", "api03-c")
"""The harness gives an account the key `sk-ant-<name>`, and the simulated API takes that for one of an API user."""
PER_MINUTE = Limits(requests=2400, input_tokens=10**8, output_tokens=10**8)
LEFT = 30
"""Requests each account has left at the start; then 40 a second."""
MODELS = ("claude-sonnet-4-6", "claude-haiku-4-5")
HEADERS = ("anthropic-version: 2023-06-01", "content-type: application/json")
FAULTS = ("500", "529", "429-bucket;retry-after=1", "429-ramp;retry-after=1", "reset-before-answer", "html-502")


def simulated(name: str) -> SimulatedAccount:
    return api_account(name.removeprefix("api03-"), limits=PER_MINUTE)


def nearly_empty(upstream: SimulatorServer) -> None:
    world = upstream.world
    for one in world.accounts:
        for model in MODELS:
            known = find_model(model)
            assert known is not None
            now = world.clock.now()
            world.allowances.buckets(one, known.line, now).requests.charge(PER_MINUTE.requests - LEFT, now)


async def one_client(gateway: RunningGateway, number: int, dice: random.Random) -> int:
    """The status it saw; 0 when it left before."""
    await asyncio.sleep(dice.random() * 0.3)
    stream = "true" if number % 2 else "false"
    body = (
        f'{{"model":"{MODELS[number % 3 == 0]}","max_tokens":50,"stream":{stream},'
        f'"messages":[{{"role":"user","content":"Question {number}"}}]}}'
    )
    client = await gateway.connect()
    try:
        await client.request(
            "/v1/messages", body.encode(), "POST", *HEADERS, f"x-claude-code-session-id: {number % 50}"
        )
        answer = asyncio.get_running_loop().create_task(client.response())
        if dice.random() < 0.1:
            await asyncio.wait([answer], timeout=dice.random())
            if not answer.done():
                answer.cancel()
                await asyncio.wait([answer])
                client.reset()
                return 0
        return (await asyncio.wait_for(answer, 20))[0]
    finally:
        client.close()


async def changes(gateway: RunningGateway, dice: random.Random) -> None:
    """What an owner and other workers do meanwhile, until cancelled."""
    version = 1
    while True:
        await asyncio.sleep(0.1)
        version += 1
        accounts: list[Account] = [account(name, paused=dice.random() < 0.2) for name in NAMES]
        gateway.configure(accounts if any(not one.paused for one in accounts) else accounts[:1], version)
        name = f"id-{dice.choice(NAMES)}"
        gateway.server.apply_changes([Benched(name, "", time() + 0.3, "rate limited: told by another worker")])
        if dice.random() < 0.5:
            gateway.server.apply_changes([BenchCleared(name, "")])


async def test_five_hundred_at_once(tmp_path: Path) -> None:
    dice = random.Random(20261122)
    async with (
        simulated_api([simulated(name) for name in NAMES], seed=7) as upstream,
        running_gateway(upstream.url, tmp_path, [account(name) for name in NAMES], queue_max_wait=30.0) as gateway,
    ):
        nearly_empty(upstream)
        for fault in FAULTS:
            upstream.world.inject(fault, probability=0.01)
        meddling = asyncio.get_running_loop().create_task(changes(gateway, dice))
        clients = [one_client(gateway, number, random.Random(number)) for number in range(REQUESTS)]
        seen = Counter(await asyncio.gather(*clients))
        meddling.cancel()
        await asyncio.wait([meddling])
        gateway.configure([account(name) for name in NAMES], version=10_000)

        while gateway.in_progress():
            await asyncio.sleep(0)
        assert set(gateway.server.pool.in_flight().values()) == {0}
        assert len(gateway.server.waiting) == 0
        records = gateway.records()
        assert len(records) == len({record.id for record in records}) == REQUESTS
        states = Counter(record.status for record in records)
        asked = Counter(one.status for one in upstream.world.seen)
        print(f"clients saw {seen}, records say {states}, the API answered {asked}")
        assert seen[429] == seen[503] == 0, "a wait would have avoided it"
        assert seen[200] > REQUESTS * 0.8
        assert set(seen) <= {0, 200, 500, 502, 529}
        assert sum(record.queued_ms > 0 for record in records) > 100
        assert asked[429] < REQUESTS / 4, "the queue ran into limits it could have foreseen"
