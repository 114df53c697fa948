"""Analytics in the terminal: ranges, filters, charts that are pointed at, and the figures behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from textual.widgets import OptionList

from claudeflare.tui.analytics_choice import Choice, Filter
from claudeflare.tui.dialogs.analytics_filters import AnalyticsFilters
from claudeflare.tui.screens.analytics import AnalyticsScreen
from claudeflare.tui.widgets.analytics_board import AnalyticsBoard
from claudeflare.tui.widgets.chart_table import ChartTable
from claudeflare.tui.widgets.plot import Plot
from claudeflare.tui.widgets.range_bar import RangeBar
from claudeflare.tui.widgets.share_panel import SharePanel
from claudeflare.tui.widgets.time_chart import TimeChart
from claudeflare.tui.widgets.totals_line import TotalsLine
from harness.busy_days import write_busy_days
from harness.events import Watched
from harness.terminal_ui import Seat, seated

FOUND = "ok 784"
"""Of the last 24 hours."""


@pytest.fixture
def busy(server: Watched) -> Watched:
    write_busy_days(server)
    return server


@asynccontextmanager
async def at_analytics(server: Watched, size: tuple[int, int] = (80, 24), until: str = FOUND) -> AsyncIterator[Seat]:
    async with seated(server, size=size) as seat:
        await seat.press("4")
        await seat.until(until)
        yield seat


def screen(seat: Seat) -> AnalyticsScreen:
    assert isinstance(seat.ui.screen, AnalyticsScreen)
    return seat.ui.screen


def chart(seat: Seat, number: int = 0) -> TimeChart:
    return list(screen(seat).query(TimeChart))[number]


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_charts_of_a_day(busy: Watched, size: tuple[int, int]) -> None:
    async with at_analytics(busy, size) as seat:
        await seat.snapshot(f"analytics-{size[0]}x{size[1]}")


async def test_what_figures_consist_of(busy: Watched) -> None:
    async with at_analytics(busy, (80, 48)) as seat:
        board = screen(seat).query_one(AnalyticsBoard)
        board.scroll_end(animate=False)
        await seat.until("Busiest:")
        await seat.snapshot("analytics-shares-80x48")
        assert screen(seat).query(SharePanel)


async def test_a_cursor_marks_the_same_moment_in_every_chart(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("right")
        await seat.until("17:15–17:40")
        await seat.press("left", "left")
        await seat.until("16:15–16:45")
        await seat.snapshot("analytics-cursor-80x24")
        await seat.press("home")
        await seat.until("17:45–18:15")
        await seat.press("end")
        await seat.until("17:15–17:40")
        await seat.press("escape")
        await seat.until_gone("17:15–17:40")


async def test_pointing_with_the_mouse(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.pilot.hover(Plot, offset=(8, 3))
        await seat.until("17:45–18:15")
        await seat.pilot.hover(RangeBar)
        await seat.until_gone("17:45–18:15")


async def test_ranges_by_keys_and_by_mouse(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("plus")
        await seat.until_gone(FOUND)
        await seat.press("minus", "minus")
        await seat.until("16 Nov")
        await seat.pilot.click(RangeBar, offset=(12, 0))
        await seat.until(FOUND)


async def test_a_running_total(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("c")
        await seat.until("running total")
        await seat.until("1.0 k┤")
        await seat.press("c")
        await seat.until_gone("running total")


async def test_the_figures_behind_a_chart(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("v")
        await seat.until("17:30–17:40")
        await seat.press("j", "j")
        table = screen(seat).query_one(ChartTable)
        assert table.cursor_row == 2
        await seat.snapshot("analytics-table-80x24")
        await seat.press("k", "enter")
        await seat.until_true(lambda: screen(seat).maximized is chart(seat), "not enlarged")
        await seat.press("escape")
        await seat.until_true(lambda: screen(seat).maximized is None, "still enlarged")
        await seat.press("escape")
        await seat.until_true(lambda: not screen(seat).query(ChartTable), "still a table")


async def test_a_table_is_read_anew_in_its_place(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("v")
        await seat.until("17:30–17:40")
        table = screen(seat).query_one(ChartTable)
        table.move_cursor(row=4)
        write_busy_days(busy, 3001)
        again(seat)
        await seat.until_gone(FOUND)
        assert table.cursor_row == 4
        await seat.press("c")
        await seat.until("running total")
        await seat.press("minus")
        await seat.until_true(lambda: table.row_count > 100, "still a day")


def again(seat: Seat) -> None:
    """Let the time pass after which figures are read anew."""
    for _ in range(Choice().refresh_seconds):
        screen(seat).tick()


async def test_figures_are_read_anew_and_the_cursor_stays_at_its_moment(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("right", "left")
        await seat.until("16:45–17:15")
        write_busy_days(busy, 3001)
        again(seat)
        await seat.until_gone(FOUND)
        assert "16:45–17:15" in seat.shown


async def test_a_chart_can_be_looked_at_alone(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("down", "enter")
        await seat.until_gone("Success")
        await seat.until("600 k┤")
        await seat.snapshot("analytics-enlarged-80x24")
        await seat.press("down")
        assert screen(seat).maximized is chart(seat, 1)
        await seat.press("escape")
        await seat.until("Success")


async def test_keys_lead_from_chart_to_chart(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("k", "j", "down", "k")
        assert seat.ui.focused is chart(seat, 1).query_one(Plot)
        await seat.press(*["j"] * 11)
        await seat.until("By model")


async def test_filters_by_keys(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("f")
        await seat.until("[ ] status  500")
        await seat.until("Apply")
        await seat.snapshot("analytics-filters-80x24")
        await seat.press("space", "j", "k", "enter")
        await seat.until("only work")
        await seat.until_gone(FOUND)
        await seat.press("x")
        await seat.until(FOUND)
        assert "only" not in seat.shown


async def test_filters_by_mouse(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("f")
        await seat.until("Count only")
        await seat.pilot.click(OptionList, offset=(2, 0))
        await seat.pilot.click("#submit")
        await seat.until("only work")
        await seat.press("f")
        await seat.until("Count only")
        await seat.pilot.click("#clear")
        await seat.until(FOUND)
        await seat.press("f")
        await seat.until("Count only")
        await seat.press("tab", "tab", "tab", "enter")  # the button that goes back
        await seat.until_gone("Count only")


async def test_there_is_one_status_at_a_time(busy: Watched) -> None:
    async with at_analytics(busy) as seat:
        await seat.press("f")
        await seat.until("[ ] status  success")
        marks = seat.ui.screen.query_one(OptionList)
        for number, option in enumerate(marks.options):
            if "status" in str(option.prompt):
                marks.highlighted = number
                await seat.press("space")
                if "error" in str(option.prompt):
                    break
        assert "[ ] status  success" in seat.shown
        assert "[x] status  error" in seat.shown
        await seat.press("enter")
        await seat.until("only error")
        await seat.until("ok 0")


async def test_a_filter_that_is_no_longer_offered_can_be_taken_away(server: Watched) -> None:
    async with seated(server, size=(80, 24)) as seat:
        gone = Filter("models", "claude-0", "claude-0")
        chosen: list[frozenset[Filter] | None] = []
        await seat.ui.push_screen(AnalyticsFilters([Filter("accounts", "a", "work")], {gone}), chosen.append)
        await seat.until("claude-0")
        await seat.press("j", "space", "enter")
        await seat.until_true(lambda: chosen, "still open")
        assert chosen == [frozenset()]


async def test_nothing_in_this_range(server: Watched) -> None:
    await server.call("POST", "/api/maintenance/clear-history", {"before": None})
    async with at_analytics(server, until="No request in this range. Choose a longer one") as seat:
        await seat.snapshot("analytics-nothing-80x24")
        assert not screen(seat).query_one(TotalsLine).display


async def test_a_server_that_does_not_answer_is_asked_again(busy: Watched) -> None:
    silent = True

    async def lose(request: httpx2.Request) -> None:
        if silent and request.url.path == "/api/analytics":
            raise httpx2.ConnectError("connection refused", request=request)

    async with seated(busy, size=(80, 24)) as seat:
        seat.ui.client._http.event_hooks = {"request": [lose]}
        await seat.press("4")
        await seat.until("No server answers at")
        await seat.until("Trying again every few seconds.")
        silent = False
        again(seat)
        await seat.until(FOUND)
        silent = True
        again(seat)
        await seat.pilot.pause()
        assert FOUND in seat.shown
