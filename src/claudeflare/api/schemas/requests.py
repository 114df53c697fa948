"""JSON of `/api/requests`."""

from __future__ import annotations

from typing import Any

from claudeflare.api.schemas.shape import Resource


class RequestResource(Resource):
    """One request: a line of the list."""

    id: str
    timestamp: str
    method: str
    path: str
    account_used: str | None
    account_id: str | None
    status_code: int
    success: bool
    terminal_state: str
    error_type: str | None
    error_message: str | None
    response_time_ms: float
    ttft_ms: float | None
    """Request start to the first content of the answer."""
    first_byte_ms: float | None
    overhead_ms: float
    """Time spent inside Claudeflare itself."""
    queued_ms: float
    failover_attempts: int
    tried_accounts: list[str]
    """Those that were tried before `accountUsed`, in order, by the names they had."""
    session_id: str | None
    client_key: str | None
    agent_id: str | None
    """By which its client tells its sub-agents apart."""
    agent: str | None
    """`client`, with ` sub-agent` behind it when there is an `agentId`; what analytics break figures down by."""
    client: str | None
    """`claude-code`, `agent-sdk`, `anthropic-python`, `curl`, …, from the user agent; `other` when nobody knows it."""
    user_agent: str | None
    policy: str | None
    model: str | None
    """As requested."""
    served_model: str | None
    streaming: bool
    input_tokens: int | None
    """Uncached input, without the cache's counters."""
    cache_read_input_tokens: int | None
    cache_creation_input_tokens: int | None
    """The sum of the two that follow."""
    cache_creation5m_tokens: int | None
    cache_creation1h_tokens: int | None
    output_tokens: int | None
    usage_estimated: bool
    cost_usd: float | None
    price_version: str | None
    tokens_per_second: float | None
    stop_reason: str | None
    request_bytes: int
    response_bytes: int


class CandidateResource(Resource):
    """One account considered in one pick."""

    account: str
    score: float | None
    out: str | None
    """Why it was not available; null when it was."""
    until: str | None
    chosen: bool


class PickResource(Resource):
    """One question to the policy and its answer."""

    policy: str
    why: str
    candidates: list[CandidateResource]


class AttemptResource(Resource):
    """One upstream attempt; times are milliseconds after the request's start."""

    account: str
    account_id: str
    started_ms: float
    connected_ms: float | None
    """Null when a pooled connection was used again."""
    first_byte_ms: float | None
    ended_ms: float | None
    status: int | None
    outcome: str
    message: str | None
    next_step: str
    upstream_request_id: str | None
    error_body: str | None
    """The first 4 KB of a failed answer."""
    maybe_billed: bool


class RequestDetail(RequestResource):
    """Everything on record about one request."""

    query: str
    organization_id: str | None
    parent_agent_id: str | None
    message_id: str | None
    upstream_request_id: str | None
    content_encoding: str | None
    prefix_hash: str | None
    would_refuse: str | None
    """Which limit of its client key would have refused it, were the key not in shadow mode."""
    usage: dict[str, Any] | None
    """As the provider sent it."""
    attempts: list[AttemptResource]
    picks: list[PickResource]


class Step(Resource):
    """One step of a decision trace: a pick or an attempt, the other one null."""

    text: str
    pick: PickResource | None
    attempt: AttemptResource | None


class Explanation(Resource):
    """Why a request went where it went, in order."""

    id: str
    timestamp: str
    policy: str | None
    account_used: str | None
    status_code: int
    terminal_state: str
    error_message: str | None
    steps: list[Step]
