"""What an overview shows beside the sums: percentiles, the rate of now, today and yesterday."""

from __future__ import annotations

import math
from typing import Any
from zoneinfo import ZoneInfo

from claudeflare.analytics.calendar import day_start
from claudeflare.analytics.histogram import DURATION, OVERHEAD, TTFT
from claudeflare.analytics.stretches import LEVELS, MINUTE, QUARTER, Stretch, cover
from claudeflare.api.figures import figures, latency
from claudeflare.api.schemas.stats import DayFigures
from claudeflare.api.time_range import MINUTES_REACH
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_reading import RollupReader
from claudeflare.storage.rollups import RollupStore

RATE_SECONDS = 60
"""The rate of now is that of the last so many seconds that are over; as minutes, because that is what is kept."""


def recent_figures(rollups: RollupStore, since: float, zone: ZoneInfo, now: float) -> dict[str, Any]:
    """Fields of `StatsResource`; percentiles are of what began at `since` or later, to the minute or the quarter."""
    with rollups.reading() as reader:
        whole = reader.total(Choice(), _until_now(since, now)).tally
        last_minute = int(now) // MINUTE * MINUTE
        rate = reader.total(Choice(), [Stretch(MINUTE, last_minute - RATE_SECONDS, last_minute)]).sums[0] / RATE_SECONDS
        today = day_start(now, zone)
        yesterday = day_start(today - 1, zone)
        return {
            "duration": latency(whole, DURATION),
            "ttft": latency(whole, TTFT),
            "overhead": latency(whole, OVERHEAD),
            "requests_per_second": rate,
            "today": _day(reader, today, math.ceil(now / QUARTER) * QUARTER),
            "yesterday": _day(reader, yesterday, today),
        }


def _until_now(since: float, now: float) -> list[Stretch]:
    level = MINUTE if since >= now - MINUTES_REACH else QUARTER
    # What begins within this last stretch is not over: with it the newest requests count.
    return cover(int(since // level) * level, math.ceil((now + 1) / level) * level, LEVELS[LEVELS.index(level) :])


def _day(reader: RollupReader, start: int, end: int) -> DayFigures:
    shown = figures(reader.total(Choice(), cover(start, end, LEVELS[1:])))
    return DayFigures(**{name: shown[name] for name in DayFigures.model_fields})
