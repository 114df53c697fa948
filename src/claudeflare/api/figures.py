"""What rollups hold -> the figures that people read. Pure."""

from __future__ import annotations

from typing import Any, Final

from claudeflare.analytics.histogram import DURATION, OVERHEAD, QUEUE, TTFT, Tally, percentiles
from claudeflare.storage.rollup_cells import NANOS, SUMS
from claudeflare.storage.rollup_totals import Totals

RANKS: Final = (0.50, 0.95, 0.99)


def figures(totals: Totals, seconds: float | None = None) -> dict[str, Any]:
    """Fields of `schemas.analytics.Figures`. `seconds`: the time in which those requests began."""
    sums = dict(zip(SUMS, totals.sums, strict=True))
    requests, priced = sums["requests"], sums["priced"]
    given = sums["input_tokens"] + sums["cache_write_5m_tokens"] + sums["cache_write_1h_tokens"]
    given += sums["cache_read_tokens"]
    return {
        "requests": requests,
        "successes": sums["successes"],
        "errors": requests - sums["successes"],
        "success_rate": _ratio(sums["successes"], requests),
        "failovers": sums["failovers"],
        "waits": sums["waits"],
        "input_tokens": sums["input_tokens"],
        "cache_read_tokens": sums["cache_read_tokens"],
        "cache_write5m_tokens": sums["cache_write_5m_tokens"],
        "cache_write1h_tokens": sums["cache_write_1h_tokens"],
        "output_tokens": sums["output_tokens"],
        "thinking_tokens": sums["thinking_tokens"],
        "total_tokens": given + sums["output_tokens"],
        "cost_usd": sums["cost_nanos"] / NANOS if priced else None,
        "unpriced_requests": sums["unpriced"],
        "cache_hit_rate": _ratio(sums["cache_read_tokens"], given),
        "cache_saved_usd": sums["saved_nanos"] / NANOS if priced else None,
        "tokens_per_second": _ratio(sums["streamed_tokens"] * 1_000_000, sums["streamed_us"]),
        "requests_per_second": None if seconds is None else _ratio(requests, seconds),
        "average_duration": _ratio(sums["duration_us"] / 1000, requests),
        "average_overhead": _ratio(sums["overhead_us"] / 1000, requests),
        "duration": latency(totals.tally, DURATION),
        "ttft": latency(totals.tally, TTFT),
        "overhead": latency(totals.tally, OVERHEAD),
        "queued": latency(totals.tally, QUEUE),
    }


def latency(tally: Tally, measure: int) -> dict[str, float] | None:
    """Fields of `schemas.analytics.Percentiles`, of one of the histograms; None when it is empty."""
    found = percentiles(tally, measure, RANKS)
    return None if found is None else {"p50": found[0], "p95": found[1], "p99": found[2]}


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
