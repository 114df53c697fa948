"""Every chart of a range and what its figures consist of; one cursor for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid, VerticalScroll

from claudeflare.client.analytics import Analytics
from claudeflare.presentation.analytics_charts import charts_of, times_of
from claudeflare.presentation.heat_map import heat_map_text
from claudeflare.presentation.shares import shares_of, shares_text
from claudeflare.tui.local_zone import Zone
from claudeflare.tui.widgets.plot import Plot
from claudeflare.tui.widgets.share_panel import SharePanel
from claudeflare.tui.widgets.time_chart import TimeChart

CHARTS: Final = 12
PANELS: Final = ("By account", "By model", "By client key", "By client", "Errors", "When it is busy")


class AnalyticsBoard(VerticalScroll, can_focus=False):
    """As many columns as there is room for."""

    DEFAULT_CSS = """
    AnalyticsBoard ItemGrid { height: auto; grid-gutter: 0 1; }
    AnalyticsBoard { scrollbar-size-vertical: 1; }
    AnalyticsBoard #charts { grid-rows: 9; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "table", "Table"),
        Binding("enter", "enlarge", "Enlarge"),
        Binding("escape", "back", "Back", show=False),
        Binding("down,j", "chart(1)", "Next chart", show=False),
        Binding("up,k", "chart(-1)", "Chart before", show=False),
    ]

    def __init__(self, zone: Zone) -> None:
        super().__init__()
        self._zone = zone
        self._found: Analytics | None = None
        self._cursor: int | None = None

    def compose(self) -> ComposeResult:
        with ItemGrid(id="charts", min_column_width=60):
            for _ in range(CHARTS):
                yield TimeChart()
        with ItemGrid(min_column_width=60):
            for title in PANELS:
                yield SharePanel(title)

    def show(self, found: Analytics) -> None:
        """Show these figures; the cursor stays at its moment as long as there is one."""
        self._cursor = self._same_moment(found)
        self._found = found
        self._show_charts(found)
        made: list[Callable[[int, Style], Text]] = [partial(shares_text, each) for each in shares_of(found)]
        made.append(partial(heat_map_text, found["heatMap"]))
        for panel, lines in zip(self.query(SharePanel), made, strict=True):
            panel.show(lines)

    def _same_moment(self, found: Analytics) -> int | None:
        if self._cursor is None or self._found is None:
            return None
        at = self._found["points"][self._cursor]["at"]
        return next((number for number, point in enumerate(found["points"]) if point["at"] == at), None)

    def _show_charts(self, found: Analytics) -> None:
        times = times_of(found, self._zone.zone)
        for widget, chart in zip(self.query(TimeChart), charts_of(found), strict=True):
            widget.show(chart, times, self._cursor)

    def on_plot_pointed(self, event: Plot.Pointed) -> None:
        self._point(event.index)

    def _point(self, index: int | None) -> None:
        if self._found is not None and index != self._cursor:
            self._cursor = index
            self._show_charts(self._found)

    def on_data_table_row_selected(self) -> None:
        """Enter in a table."""
        self.action_enlarge()

    async def action_table(self) -> None:
        await self._chart_in_focus().toggle_table()

    def action_enlarge(self) -> None:
        self.screen.maximize(self._chart_in_focus())

    async def action_back(self) -> None:
        """Out of what is nearest: the table, the enlarged chart, the cursor."""
        chart = self._chart_in_focus()
        if chart.has_class("as-table"):
            await chart.toggle_table()
        elif self.screen.maximized is not None:
            self.screen.minimize()
        else:
            self._point(None)

    def action_chart(self, step: int) -> None:
        """To the chart beside it; behind the last one to what figures consist of."""
        charts = list(self.query(TimeChart))
        number = charts.index(self._chart_in_focus()) + step
        if self.screen.maximized is not None:
            return
        if 0 <= number < len(charts):
            charts[number].focus_inside()
        elif step > 0:
            self.scroll_page_down(animate=False)

    def _chart_in_focus(self) -> TimeChart:
        """The first where none has the focus."""
        focused = self.screen.focused
        ancestors = [] if focused is None else focused.ancestors_with_self
        return next((one for one in ancestors if isinstance(one, TimeChart)), self.query(TimeChart).first())
