"""What the gateway writes down about a request. Each frame is self-contained; new fields always have a default."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.balancing.change import Change
from claudeflare.balancing.decision import Pick
from claudeflare.journal.payloads import Payload

TERMINAL_STATES = ("complete", "truncated", "client_closed", "refused", "error")
"""complete: a whole upstream answer was relayed, of any status. truncated: it broke off after bytes had reached the
client. client_closed: the client left first. refused: Claudeflare itself said no (bad request, too large, no account).
error: every attempt failed and Claudeflare answered for the upstream, or the gateway died."""


class Attempt(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One upstream attempt. Times are milliseconds after the request's start."""

    account_id: str = ""
    """Empty when the caller's own credential was passed through."""
    account: str = ""
    started_ms: float = 0.0
    connected_ms: float | None = None
    """None when a pooled connection was reused."""
    first_byte_ms: float | None = None
    ended_ms: float | None = None
    status: int | None = None
    outcome: str = ""
    """The outcome's kind in snake case, e.g. `served`, `rate_limited`, `connect_failed`."""
    message: str | None = None
    next_step: str = ""
    """What followed: relay, retry, another, refuse."""
    upstream_request_id: str | None = None
    error_body: bytes | None = None
    """The first 4 KB of a failed answer, decompressed."""
    maybe_billed: bool = False


class Begun(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is known of a request when it begins."""

    id: str
    started_at: float
    """UTC epoch seconds."""
    method: str
    path: str
    """Without the query."""
    query: str = ""
    client_key: str | None = None
    session: str | None = None
    model: str | None = None
    """As requested."""
    streaming: bool = False
    user_agent: str | None = None
    agent_id: str | None = None
    parent_agent_id: str | None = None
    request_bytes: int = 0
    prefix_hash: str | None = None


class Opened(Begun, omit_defaults=True, kw_only=True, tag="opened"):
    """A request has begun. Finishing frames supersede it; without one it ended with the gateway's death."""


class Finished(Begun, omit_defaults=True, kw_only=True, tag="finished"):
    """The whole record of one request. A later one with the same id replaces it (an amendment)."""

    terminal_state: str
    status: int
    """What the client saw; 499 when it left before an answer began."""
    served_model: str | None = None
    account_id: str | None = None
    account: str | None = None
    organization_id: str | None = None
    policy: str | None = None
    attempts: list[Attempt] = []
    picks: list[Pick] = []
    duration_ms: float = 0.0
    first_byte_ms: float | None = None
    """Request start to first byte of the answer sent to the client."""
    first_content_ms: float | None = None
    queued_ms: float = 0.0
    overhead_ms: float = 0.0
    """Time spent inside Claudeflare itself: not the upstream's, not the client's, not waiting on purpose."""
    response_bytes: int = 0
    content_encoding: str | None = None
    usage: dict[str, Any] | None = None
    usage_estimated: bool = False
    stop_reason: str | None = None
    message_id: str | None = None
    upstream_request_id: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    amended: bool = False
    charged_usd: float | None = None
    """What the client key's budget was charged although no answer told of usage; None: what the answer cost."""
    would_refuse: str | None = None
    """Which limit of a client key in shadow mode would have refused it."""


class Changed(msgspec.Struct, tag="changed"):
    """The pool learned something that must survive a restart."""

    at: float
    change: Change


class Shed(msgspec.Struct, tag="shed"):
    """Records could not be written (disk full); said once writing works again, so that the loss is visible."""

    at: float
    records: int
    """How many requests' records this writer has lost since it began: read twice, it counts once."""


Frame = Opened | Finished | Changed | Shed | Payload
