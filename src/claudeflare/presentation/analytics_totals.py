"""What a range adds up to, beside the same time before. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from claudeflare.client.analytics import Analytics, Figures
from claudeflare.formatting import compact, money, one_unit, percent


class Total(NamedTuple):
    """One figure."""

    label: str
    value: str
    change: str
    """`+12 %`, `-3 %`, `same`; empty where there is nothing to compare with."""
    is_good: bool | None
    """Whether that change is one for the better; None: neither."""


Measure = Callable[[Figures], float | None]

_UP, _DOWN = 1, -1
_TOTALS: Final[tuple[tuple[str, Measure, Callable[[float | None], str], int], ...]] = (
    ("Requests", lambda each: each["requests"], compact, 0),
    ("Success", lambda each: each["successRate"], percent, _UP),
    ("Tokens", lambda each: each["totalTokens"], compact, 0),
    ("Cost", lambda each: each["costUsd"], money, 0),
    ("Cache", lambda each: each["cacheHitRate"], percent, _UP),
    ("Saved", lambda each: each["cacheSavedUsd"], money, _UP),
    ("p95", lambda each: each["duration"] and each["duration"]["p95"], one_unit, _DOWN),
    ("Failovers", lambda each: each["failovers"], compact, _DOWN),
)


def totals_of(analytics: Analytics) -> list[Total]:
    """The figures of the whole range, each against the range before."""
    now, before = analytics["totals"], analytics["previous"]
    found = []
    for label, measure, shown, better in _TOTALS:
        share = _change(measure(now), measure(before)) if before["requests"] else None
        is_good = None if share is None or not better or abs(share) < 0.005 else (share > 0) == (better > 0)
        found.append(Total(label, shown(measure(now)), _change_words(share), is_good))
    return found


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else (now - before) / abs(before)


def _change_words(share: float | None) -> str:
    if share is None:
        return ""
    if abs(share) < 0.005:
        return "same"
    return f"{share:+.0%}".replace("%", " %") if abs(share) < 9.995 else f"×{share + 1:.0f}"
