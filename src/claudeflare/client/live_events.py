"""`/api/events` over one connection: what happens on the server, as it happens."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

from claudeflare.client.client import Client
from claudeflare.client.server_sent_events import events


class LiveEvent(NamedTuple):
    """One event, as docs/api.md describes its kinds."""

    id: str
    """What a later connection goes on behind."""
    kind: str
    data: Any


async def live_events(client: Client, after: str = "") -> AsyncGenerator[LiveEvent]:
    """Events behind the id `after`, or from now on: `ready` first, or `reset` when something was missed.

    Ends when the server ends it. Raises Unreachable when the connection breaks off, Unauthorized for a wrong token.
    """
    async with client.event_stream("/api/events", {}, after) as response, aclosing(events(response)) as told:
        async for event in told:
            yield LiveEvent(event.id, event.event, json.loads(event.data))
