"""The line above a chart: what it is, when, and the exact values of that time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from claudeflare.presentation.chart import Chart, Times, grouped
from claudeflare.presentation.chart_view import Look, plot_columns

if TYPE_CHECKING:
    from rich.text import Text

MARK: Final = "■ "
_GAP: Final = "  "


def heading(chart: Chart, times: Times, width: int, look: Look, cursor: int | None = None) -> Text:
    """Title and values of the whole range; with a cursor those of the bar or the point it is in.

    What does not fit is left out from the least important on: the note, the marks, series.
    """
    from rich.cells import cell_len
    from rich.text import Text

    when, values = chart.note, tuple(one.total for one in chart.series)
    if cursor is not None:
        when, values = _at(chart, times, width, cursor)
    named = _named(chart, values)
    room = width - cell_len(chart.title) - sum(cell_len(words) + len(MARK + _GAP) for _, words in named)
    mark = MARK if room >= 0 else ""
    room += 0 if mark else len(MARK) * len(named)
    while room < 0 and named:
        room += cell_len(named.pop()[1]) + len(_GAP)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(chart.title, look.title)
    if cell_len(when) + len(_GAP) <= room and when:
        line.append(_GAP + when, "" if cursor is not None else look.quiet)
        room -= cell_len(when) + len(_GAP)
    line.append(" " * max(0, room))
    for number, words in named:
        line.append(_GAP)
        line.append(mark, look.tones[chart.series[number].tone])
        line.append(words, look.quiet if cursor is None else "")
    return line


def _at(chart: Chart, times: Times, width: int, cursor: int) -> tuple[str, tuple[float | None, ...]]:
    groups, values = grouped(chart, plot_columns(width))
    number = next((number for number, (first, last) in enumerate(groups) if first <= cursor <= last), len(groups) - 1)
    return times.point_words(*groups[number]), tuple(one[number] for one in values)


def _named(chart: Chart, values: Sequence[float | None]) -> list[tuple[int, str]]:
    """Series and its words. Of a pile what is on top comes first, of percentiles the median."""
    named = [
        (number, f"{one.label} {chart.shown(value)}")
        for number, (one, value) in enumerate(zip(chart.series, values, strict=True))
    ]
    return named[::-1] if len(named) > 2 else named
