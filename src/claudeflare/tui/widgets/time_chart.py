"""One chart of a page, and the figures behind it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from claudeflare.presentation.chart import Chart, Times
from claudeflare.tui.widgets.chart_table import ChartTable
from claudeflare.tui.widgets.plot import Plot


class TimeChart(Vertical):
    """Can be looked at alone (the screen's maximized view), and as a table."""

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    TimeChart { height: 9; padding: 0 1; }
    TimeChart.as-table Plot { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Chart, Times] | None = None

    def compose(self) -> ComposeResult:
        yield Plot()

    def show(self, chart: Chart, times: Times, cursor: int | None) -> None:
        """Show this, where it is another."""
        self._shown = (chart, times)
        self.query_one(Plot).show(chart, times, cursor)
        for table in self.query(ChartTable):
            table.show(chart, times)

    def focus_inside(self) -> None:
        """Give the focus to what is shown."""
        inside = self.query(ChartTable).first() if self.has_class("as-table") else self.query_one(Plot)
        # At once, and not when its turn comes: a key that is held down would else move once for many presses.
        self.screen.set_focus(inside, scroll_visible=False)
        self.scroll_visible(animate=False)

    async def toggle_table(self) -> None:
        """Figures instead of the plot, or the plot again; the focus stays in here."""
        if self._shown is None:
            return
        if self.has_class("as-table"):
            self.remove_class("as-table")
            self.query_one(Plot).focus()
            await self.query(ChartTable).remove()
        else:
            self.add_class("as-table")
            table = ChartTable()
            await self.mount(table)
            table.show(*self._shown)
            table.focus()
