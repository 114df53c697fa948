"""A bounded ring of numbered events. Readers keep nothing but their place in it, so a slow one costs no memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

RING_SIZE: Final = 600
"""Events kept for readers that come back or fall behind: a minute or more of a busy server, in a few megabytes."""
MOST_READERS: Final = 64
READ_AT_ONCE: Final = 500
"""Events given at once, so that one reader that has much to catch up never holds up the others."""

READY: Final = "ready"
"""A reader's first event when it begins now: what it fetches from here on, it is told changes of."""
RESET: Final = "reset"
"""A reader missed events that nobody has any more: it must fetch anew what it shows."""


class TooManyReaders(Exception):
    """The feed has as many readers as it takes."""


@dataclass(slots=True, eq=False)
class Event:
    """One thing told. `value` is shared by all readers and never changed."""

    kind: str
    value: object = None
    encoded: bytes | None = None
    """As sent, made by the first who sends it."""


class Feed:
    """Lives on one event loop; `awake` alone may be read by other threads."""

    def __init__(self, boot_id: str, size: int = RING_SIZE, most_readers: int = MOST_READERS) -> None:
        """`boot_id` tells this run's numbers from those of another, which somebody may still remember."""
        self.awake = False
        """Whether it is worth telling anything."""
        self.closed = False
        self.readers = 0
        self.held = False
        """Whether readers that begin have to wait: what changes now, nobody could tell them of."""
        self._boot_id = boot_id
        self._most_readers = most_readers
        self._ring: deque[Event] = deque(maxlen=size)
        self._next = 1
        """The number of the next event."""
        self._news = asyncio.Event()

    @contextmanager
    def reader(self, last_event_id: str | None = None) -> Iterator[Reader]:
        """Read on behind `last_event_id`, or from now. Raises `TooManyReaders`."""
        if self.readers >= self._most_readers:
            raise TooManyReaders
        self.readers += 1
        self.awake = True
        try:
            yield Reader(self, last_event_id)
        finally:
            self.readers -= 1

    def publish(self, events: Iterable[Event]) -> None:
        """Tell every reader. Only while `awake`: else nobody could tell later that something was missed."""
        before = self._next
        for event in events:
            self._ring.append(event)
            self._next += 1
        if self._next != before:
            self._wake()

    def hold(self) -> None:
        """Until `release`, readers that begin are told nothing."""
        self.held = True

    def release(self) -> None:
        """From now on every change is told."""
        if self.held:
            self.held = False
            self._wake()

    def sleep(self) -> None:
        """Nobody reads: forget everything. Who comes back is told that something may be missing."""
        self.awake = False
        self._ring.clear()
        self._next += 1  # the number of what nobody was told

    def close(self) -> None:
        """End every reader's stream, for good."""
        self.closed = True
        self._wake()

    def since(self, number: int) -> list[Event] | None:
        """What comes behind this number, oldest first; None when some of it is gone."""
        behind = self._next - 1 - number
        if behind < 0 or behind > len(self._ring):
            return None
        start = len(self._ring) - behind
        return list(islice(self._ring, start, start + READ_AT_ONCE))

    @property
    def newest(self) -> int:
        """The number of the newest event."""
        return self._next - 1

    def event_id(self, number: int) -> str:
        """How readers name a place."""
        return f"{self._boot_id}-{number}"

    def number_in(self, event_id: str) -> int | None:
        """The reverse; None for an id of another run, or none at all."""
        boot_id, _, number = event_id.rpartition("-")
        # Bounded, because int() of a very long text takes very long.
        return int(number) if boot_id == self._boot_id and number.isdecimal() and len(number) < 16 else None

    async def news(self) -> None:
        """Wait for the next `publish` or `close`."""
        await self._news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Feed at {self.event_id(self.newest)}, {len(self._ring)} kept, {self.readers} readers>"


class Reader:
    """One reader's place in a feed."""

    def __init__(self, feed: Feed, last_event_id: str | None) -> None:
        self._feed = feed
        self._begins: str | None = None
        """What it is to be told first."""
        self._place = feed.newest
        if last_event_id is None:
            self._begins = READY
        elif (number := feed.number_in(last_event_id)) is None or feed.since(number) is None:
            self._begins = RESET
        else:
            self._place = number

    async def read(self, patience: float) -> list[tuple[str, Event]]:
        """The next events with their ids; none after `patience` seconds, or when the feed was closed."""
        if self._begins is not None:
            if not await self._released(patience):
                return []
            kind, self._begins = self._begins, None
            return [self._at(self._place, Event(kind))]
        if self._place == self._feed.newest and not self._feed.closed:
            try:
                async with asyncio.timeout(patience):
                    await self._feed.news()
            except TimeoutError:
                return []
        found = self._feed.since(self._place)
        if found is None:
            self._place = self._feed.newest
            return [self._at(self._place, Event(RESET))]
        first = self._place + 1
        self._place += len(found)
        return [self._at(number, event) for number, event in enumerate(found, first)]

    async def _released(self, patience: float) -> bool:
        try:
            async with asyncio.timeout(patience):
                while self._feed.held and not self._feed.closed:
                    await self._feed.news()
        except TimeoutError:
            return False
        return True

    @property
    def ended(self) -> bool:
        """Whether nothing will ever come."""
        return self._feed.closed and self._begins is None and self._place == self._feed.newest

    def _at(self, number: int, event: Event) -> tuple[str, Event]:
        return self._feed.event_id(number), event

    def __repr__(self) -> str:
        return f"<Reader at {self._feed.event_id(self._place)}>"
