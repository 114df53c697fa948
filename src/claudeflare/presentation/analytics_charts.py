"""The charts of a range: what each shows, in which unit, and how its series are called. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Literal

from claudeflare.client.analytics import Analytics, Figures
from claudeflare.formatting import UNKNOWN, compact, epoch, money, one_unit, percent
from claudeflare.presentation.axes import Ladder
from claudeflare.presentation.chart import Chart, Kind, Series, Times, Tone

Measure = Callable[[Figures], float | None]
Percentiled = Literal["duration", "ttft", "overhead", "queued"]


def times_of(analytics: Analytics, zone: tzinfo | None) -> Times:
    """When its points begin."""
    starts = tuple(epoch(point["at"]) or 0.0 for point in analytics["points"])
    end = starts[-1] + analytics["points"][-1]["seconds"]
    return Times(starts, end, epoch(analytics["to"]) or 0.0, zone)


def charts_of(analytics: Analytics) -> list[Chart]:
    """All of them, in the order they are shown in."""
    return [*_amounts(analytics), *_speeds(analytics), *_detours(analytics)]


def _amounts(found: Analytics) -> list[Chart]:
    adds_up = found["mode"] == "normal"
    tokens = (
        _series(found, "cached", lambda each: each["cacheReadTokens"], Tone.SECOND),
        _series(found, "written", lambda each: each["cacheWrite5mTokens"] + each["cacheWrite1hTokens"], Tone.FIRST),
        _series(found, "in", lambda each: each["inputTokens"], Tone.THIRD),
        _series(found, "out", lambda each: each["outputTokens"], Tone.ACCENT),
    )
    requests = (
        _series(found, "ok", lambda each: each["successes"], Tone.FIRST),
        _series(found, "failed", lambda each: each["errors"], Tone.FAILED),
    )
    cost = (_series(found, "cost", lambda each: each["costUsd"], Tone.ACCENT),)
    saved = (_series(found, "saved", lambda each: each["cacheSavedUsd"], Tone.SECOND),)
    hits = (_series(found, "cache hits", lambda each: each["cacheHitRate"], Tone.SECOND),)
    return [
        Chart("Requests", "by when they began", Kind.BARS, requests, compact, adds_up=adds_up),
        Chart("Tokens", "by kind", Kind.BARS, tokens, compact, adds_up=adds_up),
        Chart("Cost", "by list price", Kind.BARS, cost, money, Ladder.DECIMAL, adds_up=adds_up),
        Chart("Prompt cache", "share of the input", Kind.LINES, hits, percent, Ladder.DECIMAL, top=1.0),
        Chart("Saved by the cache", "against plain input", Kind.LINES, saved, money, Ladder.DECIMAL, adds_up=adds_up),
    ]


def _speeds(found: Analytics) -> list[Chart]:
    speed = (_series(found, "tokens/s", lambda each: each["tokensPerSecond"], Tone.ACCENT),)
    return [
        _percentiles(found, "Duration", "start to end", "duration"),
        _percentiles(found, "First token", "start to first content", "ttft"),
        Chart("Output speed", "of streams", Kind.LINES, speed, _figure, Ladder.DECIMAL),
        _percentiles(found, "Overhead", "time in Claudeflare itself", "overhead"),
    ]


def _detours(found: Analytics) -> list[Chart]:
    adds_up = found["mode"] == "normal"
    failovers = (_series(found, "failovers", lambda each: each["failovers"], Tone.ACCENT),)
    waits = (_series(found, "waited", lambda each: each["waits"], Tone.FIRST),)
    return [
        Chart("Failovers", "accounts tried beyond the first", Kind.BARS, failovers, compact, adds_up=adds_up),
        Chart("Waits", "requests that waited for an account", Kind.BARS, waits, compact, adds_up=adds_up),
        _percentiles(found, "Time in the queue", "of those that waited", "queued"),
    ]


def _series(found: Analytics, label: str, measure: Measure, tone: Tone) -> Series:
    return Series(label, tuple(measure(point) for point in found["points"]), tone, measure(found["totals"]))


def _percentiles(found: Analytics, title: str, note: str, of: Percentiled) -> Chart:
    """The slowest first, so that the median is drawn over the others."""
    series = tuple(
        _series(found, rank, _rank(of, rank), tone)
        for rank, tone in (("p99", Tone.FAINTER), ("p95", Tone.FAINT), ("p50", Tone.ACCENT))
    )
    return Chart(title, note, Kind.LINES, series, one_unit, Ladder.DURATION)


def _rank(of: Percentiled, rank: Literal["p50", "p95", "p99"] | str) -> Measure:
    def measure(figures: Figures) -> float | None:
        found = figures[of]
        return None if found is None else float(found[rank])  # type: ignore[literal-required]

    return measure


def _figure(value: float | None) -> str:
    """A rate, which may be small: `0.4`, `89.6`, `1.2 k`."""
    if value is None:
        return UNKNOWN
    return compact(value) if value >= 100 or value == int(value) else f"{value:.1f}"
