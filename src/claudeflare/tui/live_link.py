"""The connection to the server's events: lost, found again, and never silently stale."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from claudeflare.client.client import Client
from claudeflare.client.live_events import LiveEvent, live_events
from claudeflare.errors import ClaudeflareError
from claudeflare.tui.live_state import HAPPENINGS_KEPT, REQUESTS_KEPT, LiveState, folded, with_use

PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt to find the server again; the last goes on."""
STATS_SECONDS: Final = 15.0
"""Between two readings of the day's sums and of what accounts were used for, which no event tells."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no connection now."""

    since: float
    """Epoch seconds."""
    reason: str


class LiveLink:
    """Keeps `state` as the server's is. `lost` tells why it may not be."""

    def __init__(
        self,
        client: Client,
        clock: Callable[[], float],
        changed: Callable[[], None],
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        """`changed` is called whenever `state` or `lost` is another; it must be quick."""
        self.state = LiveState()
        self.lost: Lost | None = None
        self._client = client
        self._clock = clock
        self._changed = changed
        self._pauses = pauses
        self._after = ""
        self._sooner = asyncio.Event()

    async def run(self) -> None:
        """Follow the server's events until cancelled."""
        failures = 0
        while True:
            try:
                async with aclosing(live_events(self._client, self._after)) as events:
                    async for event in events:
                        failures = 0
                        await self._take(event)
                reason = "The server ended the connection."
            except ClaudeflareError as error:
                reason = str(error)
            self._lose(reason)
            await self._pause(self._pauses[min(failures, len(self._pauses) - 1)])
            failures += 1

    async def follow_stats(self) -> None:
        """Read sums and counts again and again until cancelled; without a connection they stay as they were."""
        while True:
            await asyncio.sleep(STATS_SECONDS)
            if self.lost is None and self.state.fetched:
                try:
                    stats, accounts = await asyncio.gather(self._client.stats("24h"), self._client.accounts())
                    self._set(replace(self.state, stats=stats, accounts=with_use(self.state.accounts, accounts)))
                except ClaudeflareError as error:
                    self._lose(str(error))

    def retry_now(self) -> None:
        """End the pause between two attempts."""
        self._sooner.set()

    def apply(self, kind: str, data: Any) -> None:
        """Take over at once what the server has just answered; the event that tells of it too changes nothing more."""
        self._set(folded(self.state, kind, data, self._clock()))

    async def _take(self, event: LiveEvent) -> None:
        if event.kind in ("ready", "reset"):
            # What happens while this is read is told behind it, and folding an event twice changes nothing.
            await self._fetch()
            self._found()
        else:
            self._found()
            self._set(folded(self.state, event.kind, event.data, self._clock()))
        self._after = event.id

    async def _fetch(self) -> None:
        client = self._client
        accounts, queue, strategy, stats, happenings = await asyncio.gather(
            client.accounts(),
            client.queue(),
            client.strategy(),
            client.stats("24h"),
            client.happenings(HAPPENINGS_KEPT),
        )
        requests = [one async for one in client.requests({}, REQUESTS_KEPT)]
        self._set(
            replace(
                self.state,
                accounts=tuple(accounts),
                queue=queue,
                strategy=strategy["strategy"],
                stats=stats,
                happenings=tuple(happenings),
                requests=tuple(requests),
                # Which of them ended meanwhile nobody tells.
                opened=(),
                fetched=True,
            )
        )

    async def _pause(self, seconds: float) -> None:
        self._sooner.clear()
        try:
            await asyncio.wait_for(self._sooner.wait(), seconds)
        except TimeoutError:
            pass

    def _set(self, state: LiveState) -> None:
        if state is not self.state:
            self.state = state
            self._changed()

    def _found(self) -> None:
        if self.lost is not None:
            self.lost = None
            self._changed()

    def _lose(self, reason: str) -> None:
        self.lost = Lost(self.lost.since if self.lost else self._clock(), reason)
        self._changed()

    def __repr__(self) -> str:
        return f"<LiveLink {self._client.where}: {self.lost or self.state}>"
