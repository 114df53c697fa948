"""The rows of the list of requests for one filter: pages fetched as the reader scrolls, and requests as they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Final

from claudeflare.client.client import Client
from claudeflare.client.resources import Request
from claudeflare.client.server_sent_events import ServerSentEvent, events
from claudeflare.errors import ClaudeflareError, Unreachable
from claudeflare.tui import request_window
from claudeflare.tui.request_window import PAGE_SIZE, RequestWindow

ENDS_KEPT: Final = 1000
_NEXT: Final = -1
"""Stands for the page behind the last one among those that are being fetched."""


class RequestRows:
    """What the server has and tells. `window` is what is shown of it; `away`: the reader wants it to stay."""

    def __init__(self, client: Client, filters: Mapping[str, str], pauses: tuple[float, ...]) -> None:
        """`pauses`: seconds before each further connection."""
        self.filters = dict(filters)
        self.window = RequestWindow()
        self.ready = False
        self.error: ClaudeflareError | None = None
        """Why there are no rows at all."""
        self.away = False
        self.over: dict[str, None] = {}
        """Ids of the requests whose end was told lately."""
        self._client = client
        self._pauses = pauses
        self._after = ""
        self._news: list[Request] = []
        self._fetching: set[int] = set()

    async def follow(self) -> None:
        """Take requests as they end, over lost connections, until cancelled or the server refuses the filter."""
        failures = 0
        while True:
            try:
                async with (
                    self._client.event_stream("/api/requests/stream", self.filters, self._after) as answer,
                    aclosing(events(answer, places=True)) as told,
                ):
                    async for event in told:
                        failures = 0
                        await self._take(event)
            except Unreachable as error:
                # Once there are rows they stay; the line on top tells that the server is away.
                self._fail(error)
            except ClaudeflareError as error:
                self._fail(error)
                return
            await asyncio.sleep(self._pauses[min(failures, len(self._pauses) - 1)])
            failures += 1

    def settle(self) -> None:
        """Bring `window` up to date with what was told."""
        news, self._news = self._news, []
        if news and self.ready:
            self.window = request_window.with_news(self.window, news, away=self.away)
        if not self.away and self.window.waiting and (shown := request_window.with_waiting(self.window)) is not None:
            self.window = shown

    async def show_waiting(self) -> None:
        """Show what was held back. Raises Unreachable."""
        shown = request_window.with_waiting(self.window)
        self.window = await self._newest() if shown is None else shown

    async def see(self, first: int, last: int) -> None:
        """The reader looks at these lines: fetch what is missing of them, and what comes next. Raises Unreachable."""
        self.window = request_window.let_go(self.window, first, last)
        pages = range(self.window.page_at(first), self.window.page_at(last) + 1) if self.window.pages else ()
        for index in pages:
            if self.window.pages[index].rows is None and index not in self._fetching:
                await self._refill(index)
        if last >= len(self.window) - PAGE_SIZE // 2:
            await self._fetch_next()

    async def _take(self, event: ServerSentEvent) -> None:
        if event.event in ("ready", "reset"):
            await self._begin()
        elif event.data:
            self._news.append(json.loads(event.data))
            self._note_end(self._news[-1]["id"])
        self._after = event.id

    async def _begin(self) -> None:
        """The newest page. While the reader is away, what is shown stays."""
        newest = await self._newest()
        if self.ready and self.away:
            self._news += newest.pages[0].rows or ()
        else:
            self.window = newest
        self.ready, self.error = True, None

    async def _newest(self) -> RequestWindow:
        page = await self._client.request_page(self.filters, PAGE_SIZE)
        window = request_window.begun(page.requests, page.cursor)
        # Searched for a text, pages may be empty although there is more.
        while not len(window) and window.following is not None:
            page = await self._client.request_page({**self.filters, **window.following}, PAGE_SIZE)
            window = request_window.begun(page.requests, page.cursor)
        return window

    async def _fetch_next(self) -> None:
        start = self.window.following
        if not self.ready or start is None or _NEXT in self._fetching:
            return
        self._fetching.add(_NEXT)
        try:
            before = len(self.window)
            while start is not None and len(self.window) == before:
                page = await self._client.request_page({**self.filters, **start}, PAGE_SIZE)
                if self.window.following is not start:
                    return
                self.window = request_window.with_next(self.window, page.requests, page.cursor)
                start = self.window.following
        finally:
            self._fetching.discard(_NEXT)

    async def _refill(self, index: int) -> None:
        page = self.window.pages[index]
        self._fetching.add(index)
        try:
            rows = (await self._client.request_page({**self.filters, **page.start}, page.size)).requests
            if index < len(self.window.pages) and self.window.pages[index] is page:
                self.window = request_window.refilled(self.window, index, rows)
        finally:
            self._fetching.discard(index)

    def _note_end(self, request_id: str) -> None:
        self.over[request_id] = None
        if len(self.over) > ENDS_KEPT:
            del self.over[next(iter(self.over))]

    def _fail(self, error: ClaudeflareError) -> None:
        if not self.ready:
            self.error = error

    def __repr__(self) -> str:
        return f"<RequestRows {self.filters}: {self.window}>"
