"""A feed as an answer of server-sent events (WHATWG HTML §9.2), with a sign of life where there is no news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import ExitStack
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from claudeflare.live.feed import READY, RESET, Event, Feed, Reader, TooManyReaders
from claudeflare.live.live import Live

HEARTBEAT_SECONDS: Final = 15.0
"""Within the minute of silence after which proxies and our own client take a connection for dead."""
RETRY_MS: Final = 1000
"""How soon a browser comes back after it lost the stream."""

Encode = Callable[[Event], bytes]
"""An event's data as JSON."""


class EventStream(StreamingResponse):
    """Holds a reader from its construction until the client is gone or the feed is closed."""

    media_type = "text/event-stream"

    def __init__(
        self,
        live: Live,
        feed: Feed,
        last_event_id: str | None,
        encode: Encode,
        admits: Callable[[Event], bool],
    ) -> None:
        """Answers 503 with its reason when the feed has as many readers as it takes."""
        self._stack = ExitStack()
        try:
            reader = self._stack.enter_context(live.reader(feed, last_event_id))
        except TooManyReaders:
            raise HTTPException(
                503, "As many streams are open as this server serves; close one.", {"retry-after": "10"}
            ) from None
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(_written(reader, encode, admits), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what comes until the client is gone."""
        with self._stack:
            await super().__call__(scope, receive, send)


async def _written(reader: Reader, encode: Encode, admits: Callable[[Event], bool]) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    while not reader.ended:
        events = await reader.read(HEARTBEAT_SECONDS)
        if told := b"".join(
            _framed(event_id, event, encode)
            for event_id, event in events
            if event.kind in (READY, RESET) or admits(event)
        ):
            yield told
        elif events:
            # Nothing of it is for this reader; its place moves on, so that it need not read it again.
            yield b"id: %s\n\n" % events[-1][0].encode()
        else:
            yield b": ping\n\n"


def _framed(event_id: str, event: Event, encode: Encode) -> bytes:
    if event.encoded is None:
        # JSON has no line breaks of its own: one `data` line holds it.
        data = b"{}" if event.kind in (READY, RESET) else encode(event)
        event.encoded = b"event: %s\ndata: %s\n" % (event.kind.encode(), data)
    return b"%sid: %s\n\n" % (event.encoded, event_id.encode())


def kinds(names: Collection[str]) -> Callable[[Event], bool]:
    """Admits events of these kinds."""
    return lambda event: event.kind in names
