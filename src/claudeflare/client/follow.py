"""Requests as they end, each given once, over lost connections and restarts of the server."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Final

from claudeflare.client.client import Client
from claudeflare.client.resources import Request
from claudeflare.client.server_sent_events import ServerSentEvent, events
from claudeflare.errors import Unreachable
from claudeflare.formatting import epoch

PAGE: Final = 1000
RETRY_SECONDS: Final = 1.0
PATIENCE: Final = 30
"""How often in a row a lost connection is tried again before giving up."""
WINDOW: Final = 20 * 60
"""Seconds. Where the stream has a gap the list fills it; lists are ordered by a request's start, but a request is
listed when it ends. So far back of the gap the list is read: beyond the longest wait for an answer.
"""

_REMEMBERED_SECONDS: Final = 2 * WINDOW
_PRUNE_ABOVE: Final = 10_000


class Seen:
    """Ids already given. Forgets what is too old to be listed again, so that following for weeks takes no memory."""

    def __init__(self) -> None:
        self._started_at: dict[str, float] = {}
        self._prune_above = _PRUNE_ABOVE

    def fresh(self, page: list[Request]) -> list[Request]:
        """Those of `page` that were not seen before; they are now."""
        fresh = [request for request in page if request["id"] not in self._started_at]
        self._started_at |= {request["id"]: epoch(request["timestamp"]) or 0.0 for request in fresh}
        if len(self._started_at) > self._prune_above:
            oldest = max(self._started_at.values()) - _REMEMBERED_SECONDS
            self._started_at = {id_: at for id_, at in self._started_at.items() if at >= oldest}
            self._prune_above = max(_PRUNE_ABOVE, 2 * len(self._started_at))
        return fresh

    def __repr__(self) -> str:
        return f"<Seen {len(self._started_at)} requests>"


async def follow_requests(
    client: Client,
    filters: Mapping[str, str | None],
    backlog: int,
    clock: Callable[[], float],
    retry_seconds: float = RETRY_SECONDS,
) -> AsyncGenerator[Request]:
    """The last `backlog` requests, oldest first, then every new one, as it ends; never ends by itself.

    Raises Unreachable when the server stays away, and what it refuses the filters with.
    """
    following = _Following(client, filters, backlog, clock)
    failures = 0
    while True:
        try:
            async with aclosing(following.over_one_connection()) as told:
                async for request in told:
                    failures = 0
                    yield request
        except Unreachable:
            failures += 1
            if failures >= PATIENCE:
                raise
        await asyncio.sleep(retry_seconds)


class _Following:
    """What is kept from one connection to the next."""

    def __init__(
        self, client: Client, filters: Mapping[str, str | None], backlog: int, clock: Callable[[], float]
    ) -> None:
        self._client = client
        self._filters = {name: value for name, value in filters.items() if value is not None}
        self._backlog = backlog
        self._clock = clock
        self._seen = Seen()
        self._after = ""
        """The id of what was read last; empty until the backlog is read."""
        self._heard_at = clock()

    async def over_one_connection(self) -> AsyncGenerator[Request]:
        """Until it ends or breaks off. Raises Unreachable."""
        # `since` is about the backlog: what is new is newer.
        wanted = {name: value for name, value in self._filters.items() if name != "since"}
        async with (
            self._client.event_stream("/api/requests/stream", wanted, self._after) as response,
            aclosing(events(response, places=True)) as told,
        ):
            async for event in told:
                for request in await self._new(event):
                    yield request
                # Only now: whoever is cut off before takes it in again.
                self._after, self._heard_at = event.id, self._clock()

    async def _new(self, event: ServerSentEvent) -> list[Request]:
        """What an event tells, oldest first."""
        if event.event == "ready":
            return await self._backlogged()
        if event.event == "reset":
            return await self._missed()
        return self._seen.fresh([json.loads(event.data)]) if event.data else []

    async def _backlogged(self) -> list[Request]:
        """From now on the stream tells what ends; what ended before is in the list."""
        latest = [request async for request in self._client.requests(self._filters, self._backlog)]
        listed = [page async for page in self._listed()]
        for page in (latest, *listed):
            self._seen.fresh(page)
        return latest[::-1]

    async def _missed(self) -> list[Request]:
        """What ended while nobody told us."""
        listed = [page async for page in self._listed()]
        missed = [request for page in listed for request in self._seen.fresh(page)]
        return sorted(missed, key=lambda request: epoch(request["timestamp"]) or 0.0)

    def _listed(self) -> AsyncIterator[list[Request]]:
        silent = max(0.0, self._clock() - self._heard_at)
        since = f"{math.ceil(WINDOW + silent)}s"
        return self._client.request_pages({**self._filters, "since": since}, page_size=PAGE)

    def __repr__(self) -> str:
        return f"<_Following after {self._after!r}, {self._seen!r}>"
