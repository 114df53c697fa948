"""A chart as lines of text: values on the left, times below, a mark where the reader points. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from claudeflare.presentation.axes import time_ticks, value_ticks
from claudeflare.presentation.canvas import Canvas, Cell, lines, stacked_bars
from claudeflare.presentation.chart import Chart, Kind, Times, Tone, grouped

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text

LABELS: Final = 8
"""Columns for values on the left, with the axis."""
BELOW: Final = 2
"""Lines for axis and times."""
_TIME_LABEL: Final = 8
"""Columns a time needs, with its space."""


CellStyle = Callable[[int | None, int | None, bool], "Style"]
"""Of a series, the one behind it, and whether the reader points there."""


@dataclass(frozen=True, slots=True)
class Look:
    """Styles by what they are for."""

    tones: Mapping[Tone, Style]
    cursor: Style
    """Behind what the reader points at."""
    quiet: Style
    title: Style


def plot_columns(width: int) -> int:
    """How many columns of a chart are for its values."""
    return max(1, width - LABELS)


def pointed(column: int, count: int, width: int) -> int:
    """The point that is at a column of the chart; beside the plot it is the nearest."""
    columns = plot_columns(width)
    return min(count - 1, max(0, int((column - LABELS + 0.5) * count / columns)))


def drawn(chart: Chart, times: Times, size: tuple[int, int], look: Look, cursor: int | None = None) -> Text:
    """The chart in so many columns and lines; `cursor` is the number of a point."""
    from rich.text import Text

    width, height = size
    columns, rows = plot_columns(width), max(1, height - BELOW)
    groups, values = grouped(chart, columns)
    ticks, low = _scale(chart, values, rows)
    canvas = _canvas(chart, values, (columns, rows), low, ticks[-1])
    marked = _marked_columns(chart, groups, cursor, columns)
    labels = _value_labels(chart, ticks, low, rows)
    style = cache(partial(_cell_style, chart, look))
    text = Text(no_wrap=True)
    for row, cells in enumerate(canvas):
        text.append(f"{labels.get(row, ''):>{LABELS - 1}}" + ("┤" if row in labels else "│"), look.quiet)
        _append_cells(text, cells, style, marked)
        text.append("\n")
    text.append_text(_axis(times, columns, chart.shown(0.0) if low == 0 else chart.shown(low), marked, look))
    return text


def _scale(chart: Chart, values: Sequence[Sequence[float | None]], rows: int) -> tuple[list[float], float]:
    """The axis' round values and where it begins: at zero, unless something is below."""
    known = [value for one in values for value in one if value is not None]
    if chart.kind is Kind.BARS:
        known = [sum(value or 0.0 for value in group) for group in zip(*values, strict=True)]
    highest, lowest = max(known, default=0.0), min(known, default=0.0)
    most = max(1, rows // 2)
    if chart.top is not None:
        return [0.0, chart.top / 2, chart.top], 0.0
    if lowest < 0:
        ticks = value_ticks(max(highest, -lowest), chart.ladder, max(1, most // 2))
        # As far down as in whole steps is needed, and up likewise.
        step = ticks[1] - ticks[0]
        return [tick for tick in ticks if tick == 0 or tick - step < highest], -step * math.ceil(-lowest / step)
    return value_ticks(highest or 1.0, chart.ladder, most), 0.0


def _canvas(
    chart: Chart, values: Sequence[Sequence[float | None]], size: tuple[int, int], low: float, high: float
) -> Canvas:
    columns, rows = size
    if chart.kind is Kind.LINES:
        return lines(values, size, low, high)
    count = len(values[0]) if values else 0
    by_group = list(zip(*values, strict=True))
    owners = [min(count - 1, column * count // columns) for column in range(columns)] if count else []
    return stacked_bars([[value or 0.0 for value in by_group[owner]] for owner in owners], rows, high)


def _marked_columns(chart: Chart, groups: Sequence[tuple[int, int]], cursor: int | None, columns: int) -> range:
    """Columns of the bar that the cursor is in; of a line the one where its point is."""
    if cursor is None or not groups:
        return range(0)
    number = next((number for number, (first, last) in enumerate(groups) if first <= cursor <= last), None)
    if number is None:
        return range(0)
    if chart.kind is Kind.LINES:
        column = int((number + 0.5) * columns / len(groups))
        return range(column, column + 1)
    # A column belongs to the group that it begins in, so a group begins at the first that is not before it.
    first, end = (-(-edge * columns // len(groups)) for edge in (number, number + 1))
    return range(first, end)


def _value_labels(chart: Chart, ticks: Sequence[float], low: float, rows: int) -> dict[int, str]:
    """By row. The lowest value stands on the axis."""
    span = ticks[-1] - low
    found: dict[int, str] = {}
    for tick in ticks:
        row = rows - round((tick - low) / span * rows)
        if row < rows and row not in found:
            found[row] = chart.shown(tick)[: LABELS - 1]
    return found


def _append_cells(text: Text, cells: Sequence[Cell], style: CellStyle, marked: range) -> None:
    for (series, behind, is_marked), run in groupby(
        enumerate(cells), key=lambda each: (each[1].series, each[1].behind, each[0] in marked)
    ):
        text.append("".join(cell.glyph for _, cell in run), style(series, behind, is_marked))


def _cell_style(
    chart: Chart,
    look: Look,
    series: int | None,
    behind: int | None,
    is_marked: bool,  # by position, as it is cached
) -> Style:
    from rich.style import Style

    style = look.cursor if is_marked else Style.null()
    if series is not None:
        style += Style(color=look.tones[chart.series[series].tone].color)
    if behind is not None:
        style += Style(bgcolor=look.tones[chart.series[behind].tone].color)
    return style


def _axis(times: Times, columns: int, lowest: str, marked: range, look: Look) -> Text:
    from rich.text import Text

    rule, names = ["─"] * columns, [" "] * (columns + LABELS)
    free = 0
    for tick in time_ticks(times.starts[0], times.end, times.zone, max(1, columns // _TIME_LABEL)):
        column = int(times.place(tick.at) * columns / len(times.starts))
        # Its middle below the mark, and nothing over the edges or over another.
        begin = min(max(0, LABELS + column - len(tick.label) // 2), columns + LABELS - len(tick.label))
        rule[column] = "┬"
        if begin >= free:
            names[begin : begin + len(tick.label)] = tick.label
            free = begin + len(tick.label) + 1
    text = Text(f"{lowest[: LABELS - 1]:>{LABELS - 1}}└", look.quiet, no_wrap=True)
    begin, end = (min(edge, columns) for edge in (marked.start, marked.stop))
    text.append("".join(rule[:begin]), look.quiet)
    text.append("▲" * (end - begin), look.tones[Tone.ACCENT])
    text.append("".join(rule[end:]), look.quiet)
    text.append("\n" + "".join(names).rstrip(), look.quiet)
    return text
