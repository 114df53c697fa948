"""Answers of `/api/analytics`, for tests of what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from claudeflare.client.analytics import Analytics, Figures

START = 1_795_305_600.0
"""2026-11-22 00:00:00 UTC, a Sunday."""
HOUR = 3600

_COUNTS = (
    *("requests", "successes", "errors", "failovers", "waits", "inputTokens", "cacheReadTokens"),
    *("cacheWrite5mTokens", "cacheWrite1hTokens", "outputTokens", "thinkingTokens", "totalTokens", "unpricedRequests"),
)
_KNOWN = (
    *("successRate", "costUsd", "cacheHitRate", "cacheSavedUsd", "tokensPerSecond", "requestsPerSecond"),
    *("averageDuration", "averageOverhead", "duration", "ttft", "overhead", "queued"),
)


def figures(**fields: Any) -> Figures:
    """Of no request, unless `fields` say otherwise."""
    nothing: dict[str, Any] = dict.fromkeys(_COUNTS, 0) | dict.fromkeys(_KNOWN)
    return nothing | fields  # type: ignore[return-value]


def analytics(points: list[Figures], **fields: Any) -> Analytics:
    """Of points an hour long."""
    moments = [datetime.fromtimestamp(START + HOUR * number, UTC).isoformat() for number in range(len(points) + 1)]
    whole: dict[str, Any] = {
        "range": "24h",
        "from": moments[0],
        "to": moments[-1],
        "tz": "UTC",
        "mode": "normal",
        "status": None,
        "bucketSeconds": HOUR,
        "countedFrom": None,
        "points": [{**point, "at": at, "seconds": HOUR} for point, at in zip(points, moments, strict=False)],
        "totals": figures(),
        "previous": figures(),
        **{name: [] for name in ("byAccount", "byModel", "byClientKey", "byStatus", "byError", "byAgent")},
        "heatMap": [[0] * 24 for _ in range(7)],
    }
    return whole | fields  # type: ignore[return-value]
