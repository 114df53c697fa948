"""Requests as they end, found by asking again and again; each is given once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from claudeflare.client.client import Client
from claudeflare.client.resources import Request
from claudeflare.formatting import epoch

POLL_SECONDS = 1.0
PAGE = 50
SWEEP_EVERY = 15
"""Polls between two looks at the whole window."""
WINDOW = "20m"
"""Lists are ordered by a request's start, but a request is listed when it ends: one that took long turns up far down.
Most polls read only until a page holds nothing new; a sweep reads this far back, beyond the longest wait for an answer.
"""

_REMEMBERED_SECONDS = 2 * 20 * 60
_PRUNE_ABOVE = 10_000


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
    client: Client, filters: Mapping[str, str | None], backlog: int, poll_seconds: float = POLL_SECONDS
) -> AsyncIterator[Request]:
    """The last `backlog` requests, oldest first, then every new one; never ends."""
    seen = Seen()
    recent = {**filters, "since": WINDOW}
    # In this order nothing is lost: what ends between the two is either among the latest or still unseen.
    async for page in client.request_pages(recent):
        seen.fresh(page)
    latest = [request async for request in client.requests(filters, backlog)]
    seen.fresh(latest)
    for request in reversed(latest):
        yield request
    polls = 0
    while True:
        await asyncio.sleep(poll_seconds)
        polls += 1
        for request in await _fresh(client, recent, seen, sweep=polls % SWEEP_EVERY == 0):
            yield request


async def _fresh(client: Client, filters: Mapping[str, str | None], seen: Seen, *, sweep: bool) -> list[Request]:
    """What has ended since the last poll, oldest first."""
    found: list[Request] = []
    async for page in client.request_pages(filters, page_size=PAGE):
        fresh = seen.fresh(page)
        found += fresh
        if not fresh and not sweep:
            break
    return sorted(found, key=lambda request: epoch(request["timestamp"]) or 0.0)
