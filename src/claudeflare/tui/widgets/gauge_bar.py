"""A share as a bar in eighths of a block, and the bars of an account's limits in a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from claudeflare.formatting import epoch
from claudeflare.presentation.limits import Level, level, short_countdown, short_name, telling, used

if TYPE_CHECKING:
    from claudeflare.client.resources import Gauge

EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
COLORS: Final = {Level.OK: "$success", Level.NEAR: "$warning", Level.LIMITED: "$error"}
_NARROWEST, _WIDEST = 3, 16
_PERCENT, _COUNTDOWN = 5, 7
_GAP = 2


def bar(share: float, width: int) -> Content:
    """So many cells of a track, filled as far as the share goes. Anything but nothing is seen."""
    eighths = min(width * 8, max(0, round(share * width * 8)))
    if share > 0:
        eighths = max(1, eighths)
    full, part = divmod(eighths, 8)
    filled = "█" * full + (EIGHTHS[part] if part else "")
    return Content.assemble((filled, f"{COLORS[level(share)]} on $panel"), (" " * (width - len(filled)), "on $panel"))


def limit_bars(gauges: Sequence[Gauge], width: int, now: float) -> Content:
    """A bar for each telling limit, as many as there is room for; the tightest ones stay."""
    shown = telling(gauges)
    if not shown:
        return Content.styled("known after its first answer", "$quiet") if width >= 28 else Content()
    count = len(shown)
    while count > 1 and not _fits(_tightest(shown, count, now), width - (3 if count < len(shown) else 0)):
        count -= 1
    kept = _tightest(shown, count, now)
    left_out = len(shown) - count
    room = width - (len(f" +{left_out}") if left_out else 0)
    line = Content(" " * _GAP).join(_one(gauge, wide, now) for gauge, wide in _widths(kept, room))
    if left_out:
        line += Content.styled(f" +{left_out}", "$quiet")
    return line.truncate(width)


def _tightest(shown: Sequence[Gauge], count: int, now: float) -> list[Gauge]:
    ranked = sorted(range(len(shown)), key=lambda index: -used(shown[index], now))[:count]
    return [shown[index] for index in sorted(ranked)]


def _fits(shown: Sequence[Gauge], width: int) -> bool:
    return _needed(shown, countdowns=False) <= width


def _needed(shown: Sequence[Gauge], *, countdowns: bool) -> int:
    each = (len(short_name(gauge)) + 1 + _NARROWEST + _PERCENT for gauge in shown)
    counted = sum(_COUNTDOWN for gauge in shown if countdowns and gauge["kind"] == "window")
    return sum(each) + _GAP * (len(shown) - 1) + counted


def _widths(shown: Sequence[Gauge], room: int) -> list[tuple[Gauge, tuple[int, bool]]]:
    """Cells of each bar, and whether a countdown stands beside it."""
    countdowns = _needed(shown, countdowns=True) <= room
    spare = room - _needed(shown, countdowns=countdowns)
    cells = max(2, min(_WIDEST, _NARROWEST + spare // len(shown)))
    return [(gauge, (cells, countdowns)) for gauge in shown]


def _one(gauge: Gauge, wide: tuple[int, bool], now: float) -> Content:
    cells, with_countdown = wide
    share, reset = used(gauge, now), epoch(gauge["resetsAt"])
    # A bucket is refilled within a minute: when exactly is of no use to anybody.
    with_countdown = with_countdown and gauge["kind"] == "window"
    left = short_countdown(reset - now) if reset is not None and reset > now else ""
    return Content.assemble(
        (f"{short_name(gauge)} ", "$quiet"),
        bar(share, cells),
        f"{share:>5.0%}",
        (f" {left:<6}" if with_countdown else "", "$quiet"),
    )
