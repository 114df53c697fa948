"""Server-sent events of an answer as they come (WHATWG HTML §9.2.5 and §9.2.6)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from typing import Final, NamedTuple

import httpx2

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class ServerSentEvent(NamedTuple):
    """One event. With no `data` it is only a place to read on from: its sender had nothing for this reader."""

    id: str
    """The id that was sent last, with this event or one before; empty when there was none."""
    event: str
    data: str


async def events(response: httpx2.Response, *, places: bool = False) -> AsyncGenerator[ServerSentEvent]:
    """Each event of an open answer; ends where the answer ends. An event that was cut off there is dropped.

    `places`: those without data as well.
    """
    parser = EventParser()
    async for chunk in response.aiter_bytes():
        for event in parser.feed(chunk):
            if event.data or places:
                yield event


class EventParser:
    """Bytes in, events out. Lines end as the format says: a text's own U+2028 or form feed is no line break."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False
        self._id = ""
        self._told_id = ""
        self._event = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Take the next bytes, however they were cut; the events that are complete by now."""
        buffered = self._rest + chunk
        if not self._begun and len(buffered) >= len(_BYTE_ORDER_MARK):
            self._begun = True
            buffered = buffered.removeprefix(_BYTE_ORDER_MARK)
        start = 0
        for end in _LINE_END.finditer(buffered):
            # The line feed that belongs to this carriage return may still be on its way.
            if end[0] == b"\r" and end.end() == len(buffered):
                break
            yield from self._line(buffered[start : end.start()].decode(errors="replace"))
            start = end.end()
        self._rest = buffered[start:]

    def _line(self, line: str) -> Iterator[ServerSentEvent]:
        if not line:
            yield from self._dispatch()
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        # Comments have no name; `retry` is for browsers; anything else is to be ignored.

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        if self._data or self._id != self._told_id:
            self._told_id = self._id
            yield ServerSentEvent(self._id, self._event or "message", "\n".join(self._data))
        self._event = ""
        self._data = []

    def __repr__(self) -> str:
        return f"<EventParser at id {self._id!r}, {len(self._rest)} bytes not read>"
