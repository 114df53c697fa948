"""The REST client's methods for figures over a range, and for how long things are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, cast

from claudeflare.client.resources import Percentiles


class Figures(TypedDict):
    """What a number of requests add up to. Durations are milliseconds, shares from 0 to 1; None: unknown."""

    requests: int
    successes: int
    errors: int
    successRate: float | None
    failovers: int
    waits: int
    inputTokens: int
    """Uncached input."""
    cacheReadTokens: int
    cacheWrite5mTokens: int
    cacheWrite1hTokens: int
    outputTokens: int
    thinkingTokens: int
    totalTokens: int
    costUsd: float | None
    unpricedRequests: int
    cacheHitRate: float | None
    cacheSavedUsd: float | None
    """Below 0 when a cache was written more than it was read."""
    tokensPerSecond: float | None
    requestsPerSecond: float | None
    averageDuration: float | None
    averageOverhead: float | None
    duration: Percentiles | None
    ttft: Percentiles | None
    overhead: Percentiles | None
    queued: Percentiles | None


class Point(Figures):
    """One point of a chart."""

    at: str
    seconds: int


class AccountFigures(Figures):
    """Of one account; both None: of requests that reached none."""

    account: str | None
    accountId: str | None


class ModelFigures(Figures):
    """Of one model; None: of requests that named none."""

    model: str | None


class KeyFigures(Figures):
    """Of one client key; None: without one."""

    clientKey: str | None


class StatusFigures(Figures):
    """Of one status."""

    statusCode: int
    terminalState: str


class ErrorFigures(Figures):
    """Of one kind of failure; None: one without a type."""

    errorType: str | None


class AgentFigures(Figures):
    """Of one kind of client; None: it did not say."""

    agent: str | None


_Span = TypedDict("_Span", {"from": str, "to": str})


class Analytics(_Span):
    """Figures over a range, its points, and what they consist of. Times are ISO 8601 in UTC."""

    range: str | None
    tz: str
    mode: str
    status: str | None
    bucketSeconds: int
    countedFrom: str | None
    """Requests before this are still being counted; None: all are."""
    points: list[Point]
    totals: Figures
    previous: Figures
    """Of as long a time right before."""
    byAccount: list[AccountFigures]
    byModel: list[ModelFigures]
    byClientKey: list[KeyFigures]
    byStatus: list[StatusFigures]
    byError: list[ErrorFigures]
    byAgent: list[AgentFigures]
    heatMap: list[list[int]]
    """Requests by weekday (the first is Monday) and hour of the day."""


class Retention(TypedDict):
    """How long and how much is kept."""

    payloadDays: int
    requestDays: int
    payloadMaxBytes: int
    payloads: int
    payloadBytes: int
    payloadStoredBytes: int


class AnalyticsMethods:
    """Mixed into `Client`, which has the connection."""

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        raise NotImplementedError

    async def analytics(self, asked: Mapping[str, str]) -> Analytics:
        """Figures over a range: `range`, `tz`, `mode`, and names of what to count. Raises InvalidInput."""
        return cast(Analytics, await self._get("/api/analytics", asked))

    async def retention(self) -> Retention:
        """How long and how much is kept, and how much there is."""
        return cast(Retention, await self._get("/api/config/retention"))
