"""The seam between the data plane and a provider's wire format."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import IntFlag
from typing import Any, Protocol

import msgspec

from claudeflare.balancing.limit_reading import LimitReading
from claudeflare.balancing.outcome import Outcome
from claudeflare.providers.price_list import SpendBounds, Spending
from claudeflare.providers.usage import BilledPart

Fields = Sequence[tuple[bytes, bytes]]
"""Header fields in order, duplicates kept, names with the case they came with."""


Named = Mapping[bytes, bytes]
"""Header fields by lower-case name; of duplicates, the first."""


class Credential(msgspec.Struct, frozen=True):
    """What opens an account. Lives in memory only; `repr` never shows the secret."""

    kind: str
    """`api-key` (sent as x-api-key) or `bearer` (sent as authorization)."""
    secret: str
    generation: int = 0
    """Another number after every change, so that a late 401 on an old token is recognised."""
    usable_until: float | None = None
    """UTC epoch seconds from which control has to be asked for a newer one before this is sent; None: never."""

    def __repr__(self) -> str:
        return f"Credential(kind={self.kind!r}, secret=…, generation={self.generation})"


class ThreadTurn(msgspec.Struct, frozen=True):
    """One turn of a conversation that the API keeps for a while, in one account only."""

    continues: str | None
    """Id of the message it follows; None for the first turn."""
    session_stated: bool
    """The client itself names the session, as it will in the next turn. One that is derived from the messages changes
    with every turn, for each brings only what is new."""


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What routing and the record need to know of a request, found without a full parse."""

    model: str | None = None
    model_class: str = ""
    """The family that shares limits upstream, e.g. `opus`; empty when the request has none."""
    streaming: bool = False
    session: str | None = None
    """Which conversation this belongs to; None when nothing says."""
    agent_id: str | None = None
    parent_agent_id: str | None = None
    prefix_hash: str | None = None
    """Short hash of tools, system and first message: equal for turns that can share a prompt cache."""
    auxiliary: bool = False
    """True for endpoints whose failures say nothing about an account's health: count_tokens, models, batches, …"""
    thread: ThreadTurn | None = None


class Holding(msgspec.Struct, frozen=True):
    """What an answer shows of its account's things."""

    id: str
    keep_seconds: float | None = None
    """How long this is worth remembering; None: until it is deleted."""
    deleted: bool = False


class Ties(msgspec.Struct, frozen=True):
    """What ties a request to one account."""

    ids: tuple[str, ...] = ()
    """Things it names that exist in one account only: batches, files, containers, …"""
    proven: tuple[Holding, ...] = ()
    """Those among them that are there if the answer is good."""
    collection: bool = False
    """It lists or adds to an account's own things, which should not end up scattered over accounts."""


class Signal(IntFlag):
    """What a meter noticed in the bytes it was just fed."""

    NOTHING = 0
    FIRST_EVENT = 1
    """The first complete event of a stream has been seen (comments and pings do not count)."""
    FIRST_CONTENT = 2
    """The first content event (or, for JSON, the first byte) has been seen."""
    FINISHED = 4
    """The message is complete: the client may stop reading after these bytes."""
    ERROR = 8
    """An error event has been seen; see `Meter.error`."""


class Meter(Protocol):
    """Sees each byte of one answer once, keeps bounded state, never raises on any input."""

    usage: dict[str, Any] | None
    """The provider's usage object, merged by the provider's rule; None when none was seen."""
    usage_estimated: bool
    """True when the answer broke off before its final usage and output tokens are an estimate."""
    model: str | None
    message_id: str | None
    stop_reason: str | None
    error_type: str | None
    error_message: str | None
    error_first: bool
    """The first event was an error: nothing of a message was sent."""
    holdings: Sequence[Holding]
    """Things that exist in the answer's account only, as far as the answer names them."""

    def feed(self, data: bytes) -> Signal:
        """Take the next body bytes, as on the wire (still compressed if the answer is)."""
        ...

    def finish(self) -> None:
        """The answer is over, whole or not: settle what is still open (idempotent)."""
        ...


class Provider(Protocol):
    """A provider's wire format. Stateless; one object serves all requests."""

    name: str

    def facts(self, method: bytes, path: bytes, named: Named, body: bytes | None) -> RequestFacts:
        """Read what routing needs. `body` is None when it is streamed and cannot be looked at. Never raises."""
        ...

    def ties(self, method: bytes, target: bytes, named: Named, body: bytes | None, kinds: Collection[str]) -> Ties:
        """What ties a request to one account. `target` is the path with its query; never raises.

        In the body only ids of these `kinds` (what comes before their `_`) are looked for; None: it cannot be read.
        """
        ...

    def links_to_itself(self, path: bytes) -> bool:
        """Whether a good JSON answer to this path may hold URLs of the provider that clients fetch as they stand."""
        ...

    def relink(self, fields: Fields, body: bytes, origin: bytes) -> bytes | None:
        """Such an answer's body in plain JSON with its URLs leading to `origin`; None when nothing has to change."""
        ...

    def request_fields(self, fields: Fields, credential: Credential | None) -> list[tuple[bytes, bytes]]:
        """The fields to send upstream: hop-by-hop, cookies, host and our own removed; exactly one credential set.

        With `credential=None` the caller's own credential passes through. Framing (host, content-length,
        transfer-encoding, connection) is the caller's business and is not among the result.
        """
        ...

    def response_fields(self, fields: Fields) -> list[tuple[bytes, bytes]]:
        """The fields to send to the client: hop-by-hop, set-cookie and framing removed, all else in order."""
        ...

    def meter(self, status: int, fields: Fields, *, streaming: bool) -> Meter:
        """A meter for one answer, chosen by its content type and encoding."""
        ...

    def classify(
        self, status: int, fields: Fields, body: bytes, facts: RequestFacts, credential: Credential | None, now: float
    ) -> Outcome:
        """What an answer means. `body` is what is known of it (the first 4 KB decompressed suffice for errors)."""
        ...

    def classify_stream_error(self, meter: Meter, facts: RequestFacts, now: float) -> Outcome:
        """What an error that came as the first event of a 200 stream means."""
        ...

    def readable(self, fields: Fields, body: bytes) -> bytes:
        """The start of a failed answer's body, decompressed as far as it goes, at most 4 KB."""
        ...

    def organization(self, named: Named) -> str | None:
        """The organization an answer's headers name."""
        ...

    def limits(self, status: int, named: Named) -> LimitReading | None:
        """What an answer's headers say of its account's limits; None when that is nothing. Called for every answer."""
        ...

    def counted_tokens(self, usage: dict[str, Any]) -> tuple[int, int]:
        """Input and output tokens of a usage object that count against limits."""
        ...

    def spending(self, method: bytes, path: bytes) -> Spending:
        """Whether such a request costs anything."""
        ...

    def spend_bounds(self, body: bytes) -> SpendBounds | None:
        """What a request's body says that bounds its cost; None when it cannot be read."""
        ...

    def billed_parts(
        self, usage: dict[str, Any], model: str | None, stop_reason: str | None, path: str
    ) -> list[BilledPart]:
        """What of an answer is to be paid."""
        ...

    def upstream_request_id(self, named: Named) -> str | None:
        """The provider's own id of this request."""
        ...

    def error_body(
        self, status: int, error_type: str, message: str, request_id: str, details: dict[str, Any] | None = None
    ) -> bytes:
        """An error of ours in this provider's shape (JSON bytes)."""
        ...

    def error_event(self, error_type: str, message: str, request_id: str) -> bytes:
        """The same as a complete event for a stream that has already begun."""
        ...
