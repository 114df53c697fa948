"""When it is busy: requests by weekday and hour, in shades. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from claudeflare.formatting import count_of
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES: Final = "·░▒▓█"
"""From nothing to the busiest; told apart without colors."""


def heat_map_text(hours: Sequence[Sequence[int]], width: int, shade: Style) -> Text:
    """A line for each weekday, the first Monday; two or one columns for each hour."""
    from rich.text import Text

    wide = 2 if width >= 4 + 48 else 1
    most = max((count for row in hours for count in row), default=0)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append("    " + "".join(f"{hour:02}".ljust(6 * wide) for hour in range(0, 24, 6)).rstrip(), QUIET)
    for day, row in zip(DAYS, hours, strict=True):
        text.append(f"\n{day} ", QUIET)
        for count in row:
            level = math.ceil(count / most * 4) if most else 0
            text.append(SHADES[level] * wide, shade if level else QUIET)
    text.append(f"\n{_busiest(hours, most)}", QUIET)
    return text


def _busiest(hours: Sequence[Sequence[int]], most: int) -> str:
    if most == 0:
        return "Nothing in this range"
    day, hour = next((day, hour) for day, row in enumerate(hours) for hour, count in enumerate(row) if count == most)
    return f"Busiest: {DAYS[day]} {hour:02}:00–{(hour + 1) % 24:02}:00, {count_of(most, 'request')}"
