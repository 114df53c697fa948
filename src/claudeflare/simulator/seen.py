"""What arrived: the requests a simulator has seen, for people and tests to look at and to wait for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec

from claudeflare.simulator.clock import Clock
from claudeflare.simulator.thinking import InputTransformation
from claudeflare.simulator.usage import Usage

KEPT = 10_000
SECRET_FIELDS = ("x-api-key", "authorization", "cookie")


class SeenRequest(msgspec.Struct, kw_only=True):
    """One request and what became of it."""

    number: int
    """1 is the first."""
    at: float
    """Simulated UTC epoch seconds."""
    method: str
    path: str
    """With the query, as it came."""
    fields: list[tuple[str, str]]
    """Headers as they came, case and duplicates kept, secrets masked but for their last four characters."""
    request_id: str
    account: str | None = None
    """Name of the account its credential opened."""
    organization_id: str | None = None
    model: str | None = None
    streaming: bool = False
    body_bytes: int = 0
    body: bytes = b""
    """Kept only when the world keeps bodies."""
    faults: list[str] = []
    """Faults it met."""
    input_tokens: int | None = None
    """All the prompt, cached or not. None for what is no message."""
    cached_tokens: int = 0
    """Part of it that was read from the cache."""
    output_tokens: int | None = None
    """Of the whole answer, sent or not."""
    input_transformations: list[InputTransformation] = []
    """What was done with its thinking, reported to the client or not."""
    status: int | None = None
    """None until the answer has begun."""
    parts_sent: int = 0
    """Events of a stream, or 1 for a whole answer."""
    finished: bool = False
    """The answer was sent to its end, or broken off on purpose."""
    begun_at: float | None = None
    """When the answer's head was sent."""
    ended_at: float | None = None
    """When nothing more was to be sent."""
    client_disconnected: bool = False
    """The client left before that."""

    def header(self, name: str) -> str | None:
        """A header's value, whatever the name's case; several are joined by a comma."""
        values = [value for field, value in self.fields if field.lower() == name.lower()]
        return ", ".join(values) if values else None


class SeenLog:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._requests: deque[SeenRequest] = deque(maxlen=KEPT)
        self._count = 0
        self._changed = asyncio.Event()
        self.on_end: Callable[[SeenRequest], None] | None = None
        """Told of every request that is over."""

    def next_number(self) -> int:
        """The number of the request that is arriving."""
        self._count += 1
        return self._count

    def add(self, request: SeenRequest) -> None:
        """Keep a request."""
        self._requests.append(request)
        self.changed()

    def changed(self) -> None:
        """Say that a request has got further."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[SeenLog], bool]) -> None:
        """Return once `condition` holds; it is asked again whenever something happens."""
        while not condition(self):
            await self._changed.wait()

    def clear(self) -> None:
        """Forget what was seen; numbers go on."""
        self._requests.clear()

    def restart(self) -> None:
        """Forget what was seen, and begin to count again."""
        self._requests.clear()
        self._count = 0

    def __getitem__(self, position: int) -> SeenRequest:
        return self._requests[position]

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    def __repr__(self) -> str:
        return f"<SeenLog {self._count} requests>"


class Witness:
    """Writes down what becomes of one request, and tells those who wait."""

    def __init__(self, log: SeenLog, request: SeenRequest, clock: Clock) -> None:
        self.request = request
        self._log = log
        self._clock = clock
        log.add(request)

    def arrived(self, body: bytes, *, keep: bool) -> None:
        """The whole request is here."""
        self.request.body_bytes = len(body)
        self.request.body = body if keep else b""
        self._log.changed()

    def uploaded(self, size: int) -> None:
        """The whole request is here; its body went by."""
        self.request.body_bytes = size
        self._log.changed()

    def answered(self, usage: Usage, transformations: Sequence[InputTransformation]) -> None:
        """There is a message to send."""
        self.request.input_tokens = usage.limited_input + usage.cache_read
        self.request.cached_tokens = usage.cache_read
        self.request.output_tokens = usage.output
        self.request.input_transformations = list(transformations)

    def begun(self, status: int) -> None:
        """The answer's head is sent."""
        self.request.status = status
        self.request.begun_at = self._clock.now()
        self._log.changed()

    def part_sent(self) -> None:
        """One more part of the answer is sent."""
        self.request.parts_sent += 1
        self._log.changed()

    def ended(self) -> None:
        """The answer is over, as it was meant to be."""
        self.request.finished = True
        self._over()

    def client_gone(self) -> None:
        """The client has left."""
        self.request.client_disconnected = True
        self._over()

    def _over(self) -> None:
        self.request.ended_at = self._clock.now()
        self._log.changed()
        if self._log.on_end is not None:
            self._log.on_end(self.request)


def masked(name: str, value: str) -> str:
    """A header's value fit to be shown."""
    return f"…{value[-4:]}" if name.lower() in SECRET_FIELDS else value
