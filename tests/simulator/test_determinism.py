"""The same seed and the same requests give the same bytes, heads included."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from claudeflare.simulator.scenario import parse_scenario
from claudeflare.simulator.server import SimulatorServer
from claudeflare.simulator.world import World, world_of

SCENARIO = """
seed = {seed}
speed = 0
start = 2026-11-22T10:00:00Z
pacing = {{ ttft = 0, tokens-per-second = inf }}

[[accounts]]
name = "work"
key = "sk-ant-api03-work"
limits = {{ requests = 8, input-tokens = 30000, output-tokens = 8000 }}

[[faults]]
fault = "529"
probability = 0.3
"""
QUESTION = {"model": "claude-opus-5-5", "max_tokens": 2048, "messages": [{"role": "user", "content": "Search: tea"}]}
TOOL = {"name": "search_tea", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}
QUESTIONS: list[dict[str, Any]] = [
    QUESTION,
    {**QUESTION, "stream": True},
    {**QUESTION, "stream": True, "thinking": {"type": "adaptive"}},
    {**QUESTION, "tools": [TOOL], "tool_choice": {"type": "any"}},
    {**QUESTION, "tools": [{"type": "web_search_20260318", "name": "web_search"}], "stream": True},
    {**QUESTION, "max_tokens": None},
]


async def exchange(server: SimulatorServer, body: dict[str, Any]) -> bytes:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    raw = json.dumps(body).encode()
    head = (
        f"POST /v1/messages HTTP/1.1\r\nhost: simulator\r\nx-api-key: sk-ant-api03-work\r\nconnection: close\r\n"
        f"anthropic-version: 2023-06-01\r\ncontent-length: {len(raw)}\r\n\r\n"
    )
    writer.write(head.encode() + raw)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def run(world: World) -> list[bytes]:
    async with SimulatorServer(world) as server:
        answers = []
        for body in QUESTIONS * 4:
            answers.append(await exchange(server, body))
            world.clock.advance(0.25)
        return answers


async def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = [await run(world_of(parse_scenario(SCENARIO.format(seed=7)))) for _ in range(2)]
    assert first == second
    statuses = {answer[9:12] for answer in first}
    assert statuses == {b"200", b"400", b"429", b"529"}
    other = await run(world_of(parse_scenario(SCENARIO.format(seed=8))))
    assert other != first


async def test_a_world_that_begins_again_says_the_same_again() -> None:
    world = world_of(parse_scenario(SCENARIO.format(seed=7)))
    first = await run(world)
    world.restart()
    again = await run(world)
    # Time went on: what names a moment differs, what was said does not.
    assert [answer.partition(b"\r\n\r\n")[2] for answer in again] == [
        answer.partition(b"\r\n\r\n")[2] for answer in first
    ]
