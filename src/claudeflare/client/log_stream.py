"""A running server's log lines as they come, over lost connections and restarts of its processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import cast

import httpx2

from claudeflare.client.client import Client
from claudeflare.client.resources import LogLine
from claudeflare.errors import Unreachable

RETRY_SECONDS = 1.0
PATIENCE = 30
"""How often a lost connection is tried again before giving up."""


async def follow_logs(
    client: Client, level: str, after: str, retry_seconds: float = RETRY_SECONDS
) -> AsyncIterator[LogLine]:
    """Every line after the position `after`; ends with Unreachable when the server stays away."""
    failures = 0
    while True:
        try:
            async with client.event_stream("/api/logs/stream", {"level": level}, after) as response:
                async for event_id, data in _events(response):
                    after, failures = event_id, 0
                    yield cast(LogLine, json.loads(data))
        except Unreachable:
            failures += 1
            if failures >= PATIENCE:
                raise
        await asyncio.sleep(retry_seconds)


async def _events(response: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
    """Id and data of each event that has both (WHATWG HTML §9.2.6, as far as our server uses it)."""
    event_id, data = "", ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            event_id = value
        elif name == "data":
            data = value
        elif not line:
            if event_id and data:
                yield event_id, data
            event_id, data = "", ""
