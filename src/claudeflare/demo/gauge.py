"""Bars and sparklines in eighth blocks."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_EMPTY = "·"


def bar(share: float, width: int) -> str:
    """A share of one as a bar; anything above nothing shows, and only all of it is full."""
    share = min(max(share, 0.0), 1.0)
    eighths = int(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[rest] if rest else "")
    return drawn + _EMPTY * (width - len(drawn))


def sparkline(values: Sequence[float]) -> str:
    """One character for each value, scaled to the largest; nothing is shown as the lowest."""
    top = max(values, default=0)
    if top <= 0:
        return _HEIGHTS[0] * len(values)
    return "".join(_HEIGHTS[min(int(value / top * len(_HEIGHTS)), len(_HEIGHTS) - 1)] for value in values)
