"""A request's body on its way: kept whole to be sent again, or, when too large for that, passed on as it comes."""

from __future__ import annotations

from typing import Protocol

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import LAST_CHUNK, encode_chunk
from claudeflare.http1.request_parser import RequestHead

HELD_BYTES = 1_048_576
"""A streamed body that has nowhere to go yet is read up to this size, then the client has to wait."""
SMALL_BYTES = 1024
"""Pieces below this are gathered: a body in chunks of two bytes would take thirty times its size as objects."""


class BodySink(Protocol):
    """Where a streamed body goes."""

    def write(self, data: bytes) -> None:
        """Send framed bytes."""
        ...

    def end_request(self) -> None:
        """The request is whole now."""
        ...


class Discard:
    """Swallows what is left of a body that nobody wants any more."""

    def write(self, data: bytes) -> None:
        """Drop it."""

    def end_request(self) -> None:
        """Nobody is told."""


class RequestBody:
    """Counts every byte against the route's limit."""

    def __init__(self, head: RequestHead, limit: int, replay_limit: int) -> None:
        self._limit = limit
        self._replay_limit = replay_limit
        self._pieces: list[bytes | bytearray] = []
        self._sink: BodySink | None = None
        self._ended = False
        self.received = 0
        self.length = head.content_length
        """Announced size; None for a chunked body."""
        self.present = head.chunked or head.content_length is not None
        self.streamed = (head.content_length or 0) > replay_limit
        """Passed on as it comes, to one account; cannot be sent again."""

    def add(self, data: bytes) -> None:
        """The next bytes. Raises `BadMessage(413)` beyond the limit."""
        self.received += len(data)
        if self.received > self._limit:
            raise BadMessage(413, f"The request body is larger than {self._limit} bytes.")
        if self._sink is not None:
            self._sink.write(self._framed(data))
            return
        if self._pieces and len(data) < SMALL_BYTES:
            self._gather(data)
        else:
            self._pieces.append(data)
        if self.received > self._replay_limit:
            self.streamed = True

    def end(self) -> None:
        """No more bytes will come."""
        self._ended = True
        if self._sink is not None:
            self._end(self._sink)

    def whole(self) -> bytes:
        """The complete body of a request that is not streamed."""
        if len(self._pieces) > 1:
            self._pieces = [b"".join(self._pieces)]
        # The first piece is never a gathered one, so this copies nothing.
        return bytes(self._pieces[0]) if self._pieces else b""

    @property
    def held_full(self) -> bool:
        """Streamed, not yet attached, and enough is held: the client should wait."""
        return self.streamed and self._sink is None and self.received >= HELD_BYTES

    def attach(self, sink: BodySink) -> None:
        """Stream to `sink` from now on, what is held already first."""
        self._sink = sink
        held, self._pieces = b"".join(self._pieces), []
        if held:
            sink.write(self._framed(held))
        if self._ended:
            self._end(sink)

    def detach(self) -> None:
        """The upstream connection is gone; further bytes are counted and dropped."""
        if self._sink is not None:
            self._sink = Discard()

    def _gather(self, data: bytes) -> None:
        last = self._pieces[-1]
        if isinstance(last, bytearray):
            last += data
        else:
            self._pieces.append(bytearray(data))

    def _end(self, sink: BodySink) -> None:
        if self.length is None:
            sink.write(LAST_CHUNK)
        sink.end_request()

    def _framed(self, data: bytes) -> bytes:
        return data if self.length is not None else encode_chunk(data)
