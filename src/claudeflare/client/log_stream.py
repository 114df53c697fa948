"""A running server's log lines as they come, over lost connections and restarts of its processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from claudeflare.client.client import Client
from claudeflare.client.resources import LogLine
from claudeflare.client.server_sent_events import events
from claudeflare.errors import Unreachable

RETRY_SECONDS = 1.0
PATIENCE = 30
"""How often a lost connection is tried again before giving up."""


async def follow_logs(
    client: Client, level: str, after: str, retry_seconds: float = RETRY_SECONDS
) -> AsyncGenerator[LogLine]:
    """Every line after the position `after`; ends with Unreachable when the server stays away."""
    failures = 0
    while True:
        try:
            async with (
                client.event_stream("/api/logs/stream", {"level": level}, after) as response,
                aclosing(events(response)) as told,
            ):
                async for event in told:
                    after, failures = event.id, 0
                    yield cast(LogLine, json.loads(event.data))
        except Unreachable:
            failures += 1
            if failures >= PATIENCE:
                raise
        await asyncio.sleep(retry_seconds)
