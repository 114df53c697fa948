"""The figures behind a chart, the newest first."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from claudeflare.presentation.chart import Chart, Times


class ChartTable(DataTable[Text]):
    """A row for each point. What stays the same is not written again, and the cursor stays where it is."""

    DEFAULT_CSS = """
    ChartTable { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)

    def show(self, chart: Chart, times: Times) -> None:
        """Fill it anew, or change what has changed."""
        rows = [
            [times.point_words(number, number), *(chart.shown(one.values[number]) for one in chart.series)]
            for number in reversed(range(len(times.starts)))
        ]
        keys = [str(int(times.starts[number])) for number in reversed(range(len(times.starts)))]
        if [row.key.value for row in self.ordered_rows] != keys:
            self._fill(chart, keys, rows)
            return
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if self.get_cell_at(Coordinate(number, column)).plain != value:
                    self.update_cell_at(Coordinate(number, column), _cell(column, value))

    def _fill(self, chart: Chart, keys: list[str], rows: list[list[str]]) -> None:
        row, scroll = self.cursor_row, self.scroll_offset
        self.clear(columns=True)
        self.add_column("Time")
        for one in chart.series:
            self.add_column(Text(one.label, justify="right"), width=max(9, len(one.label)))
        for key, cells in zip(keys, rows, strict=True):
            self.add_row(*(_cell(column, value) for column, value in enumerate(cells)), key=key)
        self.move_cursor(row=row, scroll=False)
        self.scroll_to(scroll.x, scroll.y, animate=False)


def _cell(column: int, value: str) -> Text:
    return Text(value, justify="right" if column else "left", no_wrap=True)
