"""Kills processes of a server at random moments, round after round."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence

from harness.server import START_SECONDS, ClaudeflareServer, eventually

TARGETS: Sequence[Sequence[str]] = (
    *[["control"]] * 3,
    *[["gateway"]] * 6,
    ["gateway", "control"],
)
"""Ten rounds' worth. Gateways die more often, because there are two: who dies five times in a row has to wait."""
LONGEST_PAUSE = 0.5
WORKERS = 2
"""Gateways the server has."""


async def kill_rounds(server: ClaudeflareServer, randomness: random.Random) -> int:
    """Ten rounds; then wait until all of it serves again. How many processes were killed."""
    deck = randomness.sample(TARGETS, len(TARGETS))
    killed = 0
    for planes in deck:
        # No event to wait for: that the moment is arbitrary is the point.
        await asyncio.sleep(randomness.uniform(0.0, LONGEST_PAUSE))
        victims = [randomness.choice(await running(server, plane)) for plane in planes]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        killed += len(victims)
    await whole_again(server)
    return killed


async def running(server: ClaudeflareServer, plane: str, least: int = 1) -> list[int]:
    """Pids of the processes of a plane, once there are so many."""

    async def found() -> list[int] | None:
        pids = [pid for pid, command in server.processes().items() if f"claudeflare.{plane}" in command]
        return pids if len(pids) >= least else None

    return await eventually(found, f"{least} of {plane}", START_SECONDS)


async def whole_again(server: ClaudeflareServer, workers: int = WORKERS) -> None:
    """Return when every process runs and the gateway that is asked has heard from control."""
    await running(server, "gateway", workers)
    await running(server, "control")

    async def ready() -> bool:
        health = (await server.api.get("/health")).json()
        return bool(health["ready"] and health["control"])

    await eventually(ready, "the server to be ready", START_SECONDS)
