"""Watches the server through its REST API, as any user could: accounts, requests as they end, explanations of moves."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import msgspec

from claudeflare.client.client import Client
from claudeflare.client.follow import follow_requests
from claudeflare.client.resources import Account, Request
from claudeflare.demo.moves import Journeys, Move, may_have_moved, moves_of
from claudeflare.formatting import epoch

POLL_SECONDS = 0.5
LINES_KEPT = 60
CATCH_UP_SECONDS = 5.0
"""Requests are on record at most two seconds after their end."""


class RequestLine(msgspec.Struct, frozen=True):
    """A request and where its session came from."""

    request: Request
    origin: str | None
    """The account it left for the one that answered; None when it stayed."""

    @property
    def ended_at(self) -> float:
        """UTC epoch seconds."""
        return (epoch(self.request["timestamp"]) or 0.0) + self.request["responseTimeMs"] / 1000


class Observer:
    """What the API has told so far."""

    def __init__(self, client: Client) -> None:
        self.accounts: list[Account] = []
        self.lines: deque[RequestLine] = deque(maxlen=LINES_KEPT)
        """The last requests, the latest seen first."""
        self.moves: list[Move] = []
        """All of them, oldest first."""
        self.requests: list[Request] = []
        """All of them, in the order they were seen in."""
        self.ends: list[float] = []
        """When each of them ended, in UTC epoch seconds."""
        self._client = client
        self._journeys = Journeys()
        self._ids: set[str] = set()

    async def follow(self) -> None:
        """Take in every request as it ends; never returns."""
        async for request in follow_requests(self._client, {}, 0, time.time):
            await self._take(request)

    async def watch_accounts(self) -> None:
        """Keep `accounts` fresh; never returns."""
        while True:
            await self.look_at_accounts()
            await asyncio.sleep(POLL_SECONDS)

    async def look_at_accounts(self) -> None:
        """Read the accounts once, oldest first."""
        self.accounts = list(reversed(await self._client.accounts()))

    async def catch_up(self, expected: int) -> None:
        """After `follow` has ended, take in what it has not seen: until so many are there, or patience ends."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CATCH_UP_SECONDS
        while True:
            recorded = [request async for request in self._client.requests({})]
            for request in reversed(recorded):
                await self._take(request)
            if len(self.requests) >= expected or loop.time() >= deadline:
                return
            await asyncio.sleep(POLL_SECONDS / 5)

    async def _take(self, request: Request) -> None:
        if request["id"] in self._ids:
            return
        before = self._journeys.account_of(request["sessionId"])
        moves: list[Move] = []
        if may_have_moved(request, before):
            moves = moves_of(request, await self._client.explain(request["id"]), before)
        # Nothing is noted before this point, at which the request may still be taken again.
        self._ids.add(request["id"])
        self._journeys.note(request)
        self.requests.append(request)
        line = RequestLine(request, moves[0].origin if moves else None)
        self.ends.append(line.ended_at)
        self.moves += moves
        self.lines.appendleft(line)

    def __repr__(self) -> str:
        return f"<Observer {len(self.requests)} requests, {len(self.moves)} moves>"
