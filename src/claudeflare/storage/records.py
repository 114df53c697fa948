"""Request records as storage takes and gives them."""

from __future__ import annotations

import msgspec

from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts


class PricedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A finished request with what ingest worked out about it."""

    finished: Finished
    tokens: TokenCounts
    cost_usd: float | None = None
    """None when a price is unknown: never 0, never a guess."""
    price_version: str | None = None
    """Which price data `cost_usd` was computed with."""
    cache_saved_usd: float | None = None
    """What the prompt cache saved; below 0 when writing it cost more. None: it was not used, or a price is unknown."""
    encoded: bytes = b""
    """`finished` in MessagePack. Empty when that is not at hand."""
    boot_id: str = ""
    """Which run of a gateway served it. Said where a client key's spending is counted by it."""


class RequestSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a request list: flat columns, no details."""

    id: str
    started_at: float
    method: str
    path: str
    model: str | None
    served_model: str | None
    streaming: bool
    account_id: str | None
    account: str | None
    client_key: str | None
    session: str | None
    agent_id: str | None
    user_agent: str | None
    policy: str | None
    status: int
    terminal_state: str
    error_type: str | None
    error_message: str | None
    stop_reason: str | None
    duration_ms: float
    first_byte_ms: float | None
    first_content_ms: float | None
    overhead_ms: float
    queued_ms: float
    failover_attempts: int
    """Accounts tried beyond the first."""
    tried: tuple[str, ...] = ()
    """Names, at the time, of those that were tried before the one that answered."""
    request_bytes: int
    response_bytes: int
    tokens: TokenCounts
    usage_estimated: bool
    cost_usd: float | None
    price_version: str | None

    @property
    def success(self) -> bool:
        """Whether the client got a whole answer that was not an error."""
        return self.terminal_state == "complete" and self.status < 400


class RequestFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests to list; every field narrows. Newest first."""

    account: str | None = None
    """Account name."""
    model: str | None = None
    session: str | None = None
    client_key: str | None = None
    agent: str | None = None
    """The id by which a client tells its agents apart."""
    text: str | None = None
    """In the id, the path or the error's message; case does not matter."""
    status: str | None = None
    """`success`, `error`, a terminal state, a code like `429` or a class like `5xx`."""
    since: float | None = None
    until: float | None = None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over a range of requests, as the stats resource shows them."""

    requests: int
    successes: int
    average_duration_ms: float | None
    tokens: int
    """Input of every kind plus output."""
    cost_usd: float | None
    """Sum of known costs; None when no cost at all is known."""
    unpriced_requests: int
    """Requests with tokens but no known price: the sum above leaves them out."""
    average_tokens_per_second: float | None
    top_models: list[tuple[str, int]]
    """Model and request count, most used first, at most ten."""


class AccountUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much one account was used."""

    requests: int
    """Since statistics were last reset."""
    recorded: int
    """Ever, but for records that were cleared."""
    last_used: float | None
    """When its newest request on record began, in UTC epoch seconds."""
