"""Recorded requests run again under other rules: what to ask, how far it is, and what was found."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypedDict, cast

from claudeflare.client.client import Client
from claudeflare.errors import ClaudeflareError, Unreachable


class SimulatedAccountUse(TypedDict):
    """What one account would have done."""

    name: str
    requests: int
    rateLimits: int
    share: float


class SimulatedStrategy(TypedDict):
    """How the requests would have fared under one strategy."""

    strategy: str
    requests: int
    clientRateLimits: int
    upstreamRateLimits: int
    failovers: int
    moves: int
    waitP50Seconds: float
    waitP99Seconds: float
    waitMaxSeconds: float
    cacheReadTokens: int
    cacheWrittenTokens: int
    cacheKept: float | None
    costUsd: float | None
    unpricedRequests: int
    accounts: list[SimulatedAccountUse]


class Simulated(TypedDict):
    """What was found."""

    since: str
    requests: int
    leftOut: int
    assumed: list[str]
    strategies: list[SimulatedStrategy]


async def simulation(client: Client, wanted: Mapping[str, Any]) -> AsyncGenerator[float | Simulated, None]:
    """The share that is done, again and again; at last the result. Raises what the server refuses it with."""
    ended = False
    async for line in client.lines("/api/simulate", wanted):
        said = json.loads(line)
        if "done" in said:
            yield float(said["done"])
        elif "error" in said:
            raise ClaudeflareError(said["error"])
        else:
            ended = True
            yield cast(Simulated, said["result"])
    if not ended:
        raise Unreachable(f"The simulation at {client.where} broke off; look at its log.")
