"""The limits of an account as a person looks at them: which tell something, how much is used, how near the end is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Final

from claudeflare.formatting import MINUTE, compact, epoch

if TYPE_CHECKING:
    from claudeflare.client.resources import Gauge

NEAR: Final = 0.8
"""Share from which a limit counts as nearly used up."""
EXTRA_USAGE: Final = "overage"
"""The gauge of what comes after a plan, and mostly is switched off."""
_UNITS: Final = {"h": MINUTE * 60, "d": MINUTE * 60 * 24}
_WINDOW: Final = re.compile(r"^(\d+)([hd])(?:_(.+))?$")
_SHORT: Final = {"input tokens": "input", "output tokens": "output"}


class Level(Enum):
    """How near a limit is to its end; the value is the word for it."""

    OK = "ok"
    NEAR = "near a limit"
    LIMITED = "limited"


def telling(gauges: Iterable[Gauge]) -> list[Gauge]:
    """Those that tell how an account stands: usage windows, short ones first, then of each bucket the tightest."""
    chosen: dict[str, Gauge] = {}
    for gauge in gauges:
        if gauge["name"] == EXTRA_USAGE:
            continue
        kind = gauge["name"] if gauge["kind"] == "bucket" else f"{gauge['name']} {gauge['modelClass']}"
        known = chosen.get(kind)
        if known is None or (gauge["utilization"] or 0.0) > (known["utilization"] or 0.0):
            chosen[kind] = gauge
    return sorted(chosen.values(), key=_order)


def used(gauge: Gauge, now: float) -> float:
    """The share that is used up; nothing once the reset has come. That of a window may exceed 1."""
    reset = epoch(gauge["resetsAt"])
    return 0.0 if reset is not None and reset <= now else gauge["utilization"] or 0.0


def level(share: float) -> Level:
    """How near this is to the end."""
    return Level.LIMITED if share >= 1 else Level.NEAR if share >= NEAR else Level.OK


def short_name(gauge: Gauge) -> str:
    """`5h`, `7d opus`, `input`: a column's worth of it."""
    found = _WINDOW.match(gauge["name"])
    if found is None:
        return _SHORT.get(gauge["name"], gauge["name"])
    models = gauge["modelClass"] or found[3]
    return found[1] + found[2] + (f" {models}" if models else "")


def full_name(gauge: Gauge) -> str:
    """`5 hours`, `7 days, opus`, `input tokens a minute, haiku`."""
    found = _WINDOW.match(gauge["name"])
    models = gauge["modelClass"] or (found[3] if found else None)
    if found is None:
        name = f"{gauge['name']} a minute" if gauge["kind"] == "bucket" else gauge["name"]
    else:
        name = f"{found[1]} {'hour' if found[2] == 'h' else 'day'}" + ("" if found[1] == "1" else "s")
    return name + (f", {models}" if models else "")


def window_seconds(name: str) -> float | None:
    """How long a usage window lasts, by its name (`5h`, `7d`, `7d_opus`); None where the name does not say."""
    found = _WINDOW.match(name)
    return None if found is None else int(found[1]) * float(_UNITS[found[2]])


def remaining_words(gauge: Gauge) -> str:
    """What is left of a bucket: `12.0 k of 50.0 k left`."""
    if gauge["remaining"] is None or gauge["limit"] is None:
        return "how much is left was not told"
    return f"{compact(gauge['remaining'])} of {compact(gauge['limit'])} left"


def short_countdown(seconds: float) -> str:
    """Time that is left in one unit, rounded up, at most six characters: `45 s`, `41 min`, `2.1 h`, `3.2 d`."""
    left = max(0, math.ceil(seconds))
    if left < MINUTE:
        return f"{left} s"
    minutes = math.ceil(left / MINUTE)
    if minutes < 100:
        return f"{minutes} min"
    tenths, unit = (math.ceil(minutes / 6), "h") if minutes < 24 * 60 else (math.ceil(minutes / 144), "d")
    return f"{tenths / 10:.1f} {unit}"


def _order(gauge: Gauge) -> tuple[float, str, str]:
    length = window_seconds(gauge["name"]) if gauge["kind"] == "window" else None
    return (math.inf if length is None else length, gauge["name"], gauge["modelClass"] or "")
