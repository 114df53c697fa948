"""Clients that ask without pause, and a ledger of the answers they received whole."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from claudeflare.tasks import TaskKeeper

CLIENTS = 8
PATIENCE = 60.0
"""Seconds a client waits for anything: a killed gateway's backlog is served by the next one."""
QUESTION = {"model": "claude-sonnet-4-6", "max_tokens": 1000, "messages": [{"role": "user", "content": "Hello"}]}
ANSWER = {"text": "one two six ten owl elk ant bee cat dog " * 2}
END_OF_STREAM = b"event: message_stop\ndata: {"


@dataclass
class Asked:
    """One request, and what its client got."""

    name: str
    """Its user agent, which no other has: so it is known at the upstream and in the records."""
    streaming: bool
    request_id: str | None = None
    status: int | None = None
    whole: bool = False
    """All bytes of a JSON answer, or the `message_stop` of a stream."""


@dataclass
class Ledger:
    """Every request of a load. It may run over several lives of a server."""

    asked: list[Asked] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def begin(self) -> Asked:
        """The next request: JSON and streams by turns."""
        number = next(self._numbers)
        request = Asked(f"steady/{number}", streaming=number % 2 == 1)
        self.asked.append(request)
        return request

    @property
    def whole(self) -> list[Asked]:
        """Those that were answered whole."""
        return [request for request in self.asked if request.whole]

    async def grows(self, by: int) -> None:
        """Return when so many more answers are whole."""
        target = len(self.whole) + by
        async with asyncio.timeout(PATIENCE):
            while len(self.whole) < target:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def steady_load(url: str, ledger: Ledger, clients: int = CLIENTS) -> AsyncIterator[None]:
    """Ask for the length of the block; then let the running requests end."""
    stop = asyncio.Event()
    tasks = TaskKeeper()
    running = [tasks.start(_client(url, ledger, stop), f"client {number}") for number in range(clients)]
    try:
        yield
        stop.set()
        await asyncio.gather(*running)
    finally:
        await tasks.close()


async def _client(url: str, ledger: Ledger, stop: asyncio.Event) -> None:
    """One after the other, on a connection kept while it lasts. Nothing is asked twice."""
    async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE) as http:
        while not stop.is_set():
            request = ledger.begin()
            try:
                await _ask(http, request)
            except httpx2.TransportError:
                # A process was killed: what had arrived by then counts. A machine that refuses is not asked in a spin.
                await asyncio.sleep(0.01)


async def _ask(http: httpx2.AsyncClient, request: Asked) -> None:
    headers = {
        "x-api-key": "sk-ant-api03-caller",
        "anthropic-version": "2023-06-01",
        "user-agent": request.name,
        "x-simulator-answer": json.dumps(ANSWER),
    }
    async with http.stream(
        "POST", "/v1/messages", json={**QUESTION, "stream": request.streaming}, headers=headers
    ) as answer:
        request.status = answer.status_code
        request.request_id = answer.headers.get("x-claudeflare-request-id")
        received = bytearray()
        streamed = answer.headers["content-type"].startswith("text/event-stream")
        async for data in answer.aiter_raw():
            received += data
            if streamed and END_OF_STREAM in received and received.endswith(b"\n\n"):
                request.whole = True
        # Only reached when the length that was announced has come.
        request.whole = request.whole or not streamed
