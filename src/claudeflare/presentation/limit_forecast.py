"""Where a usage window is heading: how much is used at its reset, and when it comes near its end. Pure.

The mean pace since the window began, carried on. A window's length is in its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from claudeflare.formatting import countdown, epoch, until_when
from claudeflare.presentation.limits import window_seconds

if TYPE_CHECKING:
    from claudeflare.client.resources import Gauge

NEAR_END: Final = 0.9
"""The share at which a window counts as nearly used up, where the account has no reserve of its own."""
LEAST_PART: Final = 0.02
"""Before so much of a window has gone by, its pace says nothing."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a window will go on."""

    at_reset: float
    """Share used when it resets."""
    limit: float
    """The share that is not to be passed."""
    reached_at: float | None
    """When that is reached, epoch seconds; None: not before the reset."""
    resets_at: float


def forecast(gauge: Gauge, now: float, reserve: float | None = None) -> Forecast | None:
    """None where it cannot be told. `reserve`: the account's own."""
    length, resets_at = window_seconds(gauge["name"]), epoch(gauge["resetsAt"])
    used = gauge["utilization"]
    if gauge["kind"] != "window" or length is None or resets_at is None or used is None or resets_at <= now:
        return None
    began = resets_at - length
    gone = (now - began) / length
    if not LEAST_PART <= gone <= 1:
        return None
    own = NEAR_END if reserve is None else reserve
    limit = 1.0 if used >= own else own
    reaches = 0 < used < limit < used / gone
    return Forecast(used / gone, limit, began + (now - began) * limit / used if reaches else None, resets_at)


def forecast_words(gauge: Gauge, now: float, zone: tzinfo | None, reserve: float | None = None) -> str:
    """`at this pace 90% at 17:30, 30 min before its reset`. Empty for what is no window."""
    resets_at = epoch(gauge["resetsAt"])
    if gauge["kind"] != "window" or resets_at is None:
        return ""
    if resets_at <= now:
        return "reset since; the next answer tells how much is used"
    told = forecast(gauge, now, reserve)
    if (gauge["utilization"] or 0.0) >= 1:
        return "used up"
    if told is None:
        return "too early to say where it is heading"
    if told.reached_at is None:
        return f"at this pace {told.at_reset:.0%} at its reset"
    when = until_when(told.reached_at, now, zone).removeprefix("until ")
    return f"at this pace {told.limit:.0%} at {when}, {countdown(told.resets_at - told.reached_at)} before its reset"
