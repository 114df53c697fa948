"""The demo's clients: coding sessions that think and ask, with side requests and bursts of short sessions."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import httpx2

from claudeflare.demo.answer import Seen, ask
from claudeflare.demo.conversation import Conversation
from claudeflare.simulator.seeding import randomness

SESSIONS = 14
"""Long sessions at any moment."""
TURNS = (3, 9)
THINKING = (0.2, 1.4)
"""Simulated seconds between an answer and the next question."""
SIDE_REQUEST_SHARE = 0.3
"""Of the questions."""
BURST_EVERY, BURST_SESSIONS, BURST_TURNS = 9.0, 5, 2
"""Simulated seconds; as when a session sends several agents out at once."""

_TIMEOUT = httpx2.Timeout(120.0, connect=5.0)


class Traffic:
    """Sessions against one server, until `stop`. Counts what their clients have seen."""

    def __init__(self, http: httpx2.AsyncClient, *, speed: float, seed: int) -> None:
        self.seen: Counter[Seen] = Counter()
        self.sent = 0
        self._http = http
        self._speed = speed
        self._seed = seed
        self._numbers = itertools.count(1)
        self._stopping = asyncio.Event()

    @property
    def finished(self) -> int:
        """Requests that have ended for their client."""
        return self.seen.total()

    async def run(self) -> None:
        """Run the sessions; returns after `stop`, when the last answers have been read."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SESSIONS):
                group.create_task(self._long_sessions())
            while not await self._paused(BURST_EVERY):
                for _ in range(BURST_SESSIONS):
                    group.create_task(self._session(BURST_TURNS))

    def stop(self) -> None:
        """Ask nothing more; answers that are under way are still read."""
        self._stopping.set()

    async def _long_sessions(self) -> None:
        while not self._stopping.is_set():
            number, generator = self._next_session()
            await self._converse(Conversation(number, generator), generator.randint(*TURNS), generator)

    async def _session(self, turns: int) -> None:
        number, generator = self._next_session()
        await self._converse(Conversation(number, generator), turns, generator)

    def _next_session(self) -> tuple[str, random.Random]:
        number = next(self._numbers)
        return f"s-{number:02d}", randomness(self._seed, "session", number)

    async def _converse(self, conversation: Conversation, turns: int, generator: random.Random) -> None:
        for _ in range(turns):
            if await self._paused(generator.uniform(*THINKING)):
                return
            async with asyncio.TaskGroup() as group:
                if generator.random() < SIDE_REQUEST_SHARE:
                    group.create_task(self._ask(conversation.session, conversation.side_request()))
                conversation.answered(await self._ask(conversation.session, conversation.ask()))

    async def _ask(self, session: str, body: dict[str, Any]) -> str:
        self.sent += 1
        answer = await ask(self._http, session, body)
        self.seen[answer.seen] += 1
        return answer.text

    async def _paused(self, seconds: float) -> bool:
        """Let simulated seconds pass; whether to stop."""
        try:
            async with asyncio.timeout(seconds / self._speed):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    def __repr__(self) -> str:
        return f"<Traffic {self.sent} sent, {self.finished} finished>"


def open_http(url: str) -> httpx2.AsyncClient:
    """Connections for all sessions; any credential will do, as the accounts are the server's."""
    return httpx2.AsyncClient(
        base_url=url,
        headers={"x-api-key": "any"},
        timeout=_TIMEOUT,
        trust_env=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64),
    )
