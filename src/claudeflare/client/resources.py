"""The API's JSON as types: exactly what a route answers, so that a surface can print it unchanged."""

from __future__ import annotations

from typing import Any, TypedDict

Json = dict[str, Any]


class Limit(TypedDict):
    """One thing that keeps requests off an account now."""

    modelClass: str | None
    """The models it holds for; None: all."""
    reason: str
    until: str | None


class Gauge(TypedDict):
    """What is left of one limit. Times are ISO 8601 in UTC."""

    kind: str
    """`bucket` or `window`."""
    name: str
    modelClass: str | None
    limit: int | None
    remaining: int | None
    utilization: float | None
    resetsAt: str | None
    readAt: str
    status: str | None


class Account(TypedDict):
    """One account, as configured and as it stands now. Times are ISO 8601 in UTC."""

    id: str
    name: str
    provider: str
    mode: str
    tier: int
    priority: int
    paused: bool
    tokenStatus: str | None
    """`valid`, `expired`, `needs login`, `missing`."""
    tokenExpires: str | None
    tokenRenewed: bool | None
    tokenTrouble: str | None
    needsLogin: str | None
    """The command that mends it, when a login is needed."""
    rateLimitStatus: str
    """`ok`, `paused`, `needs attention`, `limited`, or `limited: opus` when only some models are."""
    rateLimitReset: str | None
    requestCount: int
    totalRequests: int
    lastUsed: str | None
    created: str
    baseUrl: str | None
    inFlight: int
    limits: list[Limit]
    gauges: list[Gauge]
    reserve: float | None
    allowExtraUsage: bool | None


class QueueLine(TypedDict):
    """Requests that wait for the same. Times are ISO 8601 in UTC."""

    clientKey: str | None
    modelClass: str | None
    account: str | None
    count: int
    since: str
    until: str | None


class Queue(TypedDict):
    """Requests that wait for an account now."""

    waiting: int
    limit: int
    maxWaitSeconds: float
    lines: list[QueueLine]


class Request(TypedDict):
    """One line of the request list."""

    id: str
    timestamp: str
    method: str
    path: str
    accountUsed: str | None
    statusCode: int
    success: bool
    terminalState: str
    errorMessage: str | None
    responseTimeMs: float
    ttftMs: float | None
    overheadMs: float
    queuedMs: float
    failoverAttempts: int
    triedAccounts: list[str]
    sessionId: str | None
    clientKey: str | None
    model: str | None
    inputTokens: int | None
    cacheReadInputTokens: int | None
    cacheCreationInputTokens: int | None
    cacheCreation5mTokens: int | None
    cacheCreation1hTokens: int | None
    outputTokens: int | None
    costUsd: float | None
    tokensPerSecond: float | None
    stopReason: str | None


class Part(TypedDict):
    """One captured body with its header fields."""

    at: str
    fields: list[Json]
    size: int
    captured: int
    """Bytes of the body on record; less than `size` when `truncated`."""
    truncated: bool
    contentEncoding: str | None
    body: str
    base64: bool
    """True when the body is no text, and given in base64."""


class Payload(TypedDict):
    """What was captured of one request."""

    request: Part | None
    response: Part | None


class Percentiles(TypedDict):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float


class Stats(TypedDict):
    """Sums over a range of requests."""

    range: str | None
    """As asked for; None: since statistics were last reset."""
    totalRequests: int
    successRate: float | None
    """Per cent."""
    activeAccounts: int
    avgResponseTime: float | None
    """Milliseconds."""
    totalTokens: int
    totalCostUsd: float | None
    """Of the requests whose price is known."""
    unpricedRequests: int
    avgTokensPerSecond: float | None
    topModels: list[Json]
    duration: Percentiles | None
    ttft: Percentiles | None
    """Request start to first content."""
    overhead: Percentiles | None
    requestsPerSecond: float
    """In the last minute that is over."""
    today: Json
    yesterday: Json
    shedRecords: int
    """Requests whose record could not be written, ever."""
    shedPayloads: int
    """Bodies that could not be written, since the server was started."""


class LogLine(TypedDict):
    """One line that a process of the server logged."""

    time: str
    level: str
    process: str
    logger: str
    message: str
    traceback: str | None
