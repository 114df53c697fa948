"""The feeds there are, filled tick by tick while somebody reads them."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from claudeflare.errors import ClaudeflareError
from claudeflare.live.feed import Event, Feed, Reader
from claudeflare.live.request_news import News, RequestNews, StoredBatch
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.2
"""What comes meanwhile is told together."""
LINGER_SECONDS: Final = 60.0
"""How long events are kept up after the last reader left: most come back, with the id of what they read last."""
REQUESTS_KEPT: Final = 5000
"""Lines of requests kept for readers of `requests`."""

REQUEST: Final = "request"


class Source(Protocol):
    """Makes the events of `activity`."""

    async def events(self, news: News) -> Sequence[Event]:
        """What is to be told after one tick. Raises `ClaudeflareError` when it cannot be found out now."""
        ...

    def forget(self) -> None:
        """Nobody reads any more; the next call begins anew."""
        ...


class Live:
    """Lives on the loop of its readers. Nothing runs while there are none."""

    def __init__(self, tick_seconds: float = TICK_SECONDS, linger_seconds: float = LINGER_SECONDS) -> None:
        boot_id = secrets.token_hex(4)
        self.activity = Feed(boot_id)
        """Everything, with requests as samples and counts."""
        self.requests = Feed(boot_id, REQUESTS_KEPT)
        """Each request that ended, as a line of the list."""
        self._news = RequestNews()
        self._source: Source | None = None
        self._tick_seconds = tick_seconds
        self._linger_seconds = linger_seconds
        self._monotonic: Callable[[], float] = time.monotonic
        self._tasks = TaskKeeper()
        self._running: asyncio.Task[None] | None = None
        self._read_at: dict[Feed, float] = {}
        """When each feed was seen to have a reader."""

    def set_source(self, source: Source) -> None:
        """Who makes the events of `activity`; before the first reader."""
        self._source = source

    @property
    def awake(self) -> bool:
        """Whether anything is worth telling; for any thread."""
        return self.activity.awake or self.requests.awake

    def stored(self, batch: StoredBatch) -> None:
        """The journal's reader stored a batch; called in its thread."""
        if self.awake:
            self._news.stored(batch)

    @contextmanager
    def reader(self, feed: Feed, last_event_id: str | None) -> Iterator[Reader]:
        """Read one of the feeds; see `Feed.reader`."""
        asleep = not feed.awake
        with feed.reader(last_event_id) as reader:
            if asleep and feed is self.activity and self._source is not None:
                # What was before its first look the source cannot tell from what changed.
                feed.hold()
            if self._running is None and not feed.closed:
                self._running = self._tasks.start(self._run(), "live feeds")
            yield reader

    async def tick(self) -> None:
        """Tell what came since the last one."""
        news = self._news.take()
        if self.requests.awake:
            self.requests.publish(Event(REQUEST, line) for line in news.finished)
        if self.activity.awake and self._source is not None:
            self.activity.publish(await self._source.events(news))
            self.activity.release()

    def end_streams(self) -> None:
        """Every reader has read all there is: they come back to the next process, with the id of what they read."""
        for feed in (self.activity, self.requests):
            feed.close()

    async def close(self) -> None:
        """End every stream, and stop."""
        self.end_streams()
        await self._tasks.close()

    async def _run(self) -> None:
        """Tick until nobody has read for a while."""
        failed = False
        try:
            # Between the last look at `awake` and the end nothing is awaited: a reader that comes starts it anew.
            while self.awake:
                try:
                    await self.tick()
                    failed = False
                except ClaudeflareError as error:
                    if not failed:
                        log.warning("watchers of this server are not told what is new: %s", error)
                    failed = True
                await asyncio.sleep(self._tick_seconds)
                self._put_to_sleep()
            self._news.take()
        finally:
            self._running = None

    def _put_to_sleep(self) -> None:
        """Feeds that nobody has read for a while."""
        now = self._monotonic()
        for feed in (self.activity, self.requests):
            if feed.readers:
                self._read_at[feed] = now
            elif feed.awake and now - self._read_at.setdefault(feed, now) >= self._linger_seconds:
                del self._read_at[feed]
                feed.sleep()
                if feed is self.activity and self._source is not None:
                    self._source.forget()

    def __repr__(self) -> str:
        return f"<Live {self.activity}, {self.requests}>"
