"""Analytics: charts over a range, what they consist of, and the exact figures behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from claudeflare.client.analytics import Analytics
from claudeflare.client.client import Client
from claudeflare.errors import ClaudeflareError
from claudeflare.presentation.analytics_totals import totals_of
from claudeflare.tui.analytics_choice import Choice, Filter, filters_of
from claudeflare.tui.dialogs.analytics_filters import AnalyticsFilters
from claudeflare.tui.live_state import LiveState
from claudeflare.tui.local_zone import local_zone
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.widgets.analytics_board import AnalyticsBoard
from claudeflare.tui.widgets.range_bar import RangeBar
from claudeflare.tui.widgets.totals_line import TotalsLine

NOTHING: Final = "No request in this range. Choose a longer one with -, or take filters away with x."


class AnalyticsScreen(ServerScreen):
    """Read anew every few seconds while it is in front."""

    NAME = "analytics"
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [  # type: ignore[misc]  # Textual's own is for a class
        (0, "-short"),
        (40, "-tall"),
    ]
    ALLOW_IN_MAXIMIZED_VIEW = "StateLine, Footer"
    DEFAULT_CSS = """
    AnalyticsScreen.-tall #charts { grid-rows: 12; }
    AnalyticsScreen.-tall TimeChart { height: 12; }
    AnalyticsScreen.-maximized-view TimeChart.-maximized { height: 1fr; }
    AnalyticsScreen.-maximized-view StateLine { dock: top; }
    AnalyticsScreen #notice { height: auto; padding: 1 2; color: $text-muted; display: none; }
    AnalyticsScreen.empty #notice { display: block; }
    AnalyticsScreen.empty AnalyticsBoard, AnalyticsScreen.empty TotalsLine { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "range(-1)", "Range", key_display="+ -"),
        Binding("minus", "range(1)", "Longer range", show=False),
        Binding("f", "filter", "Filter"),
        Binding("x", "unfilter", "No filter", show=False),
        Binding("c", "cumulate", "Sum up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._choice = Choice()
        self._found: Analytics | None = None
        self._age = 0
        self._is_asking = False

    def body(self) -> ComposeResult:
        self._zone_asked = local_zone(self.zone)
        yield RangeBar()
        yield TotalsLine()
        yield Static("Adding up …", id="notice", markup=False)
        yield AnalyticsBoard(self._zone_asked)

    def on_mount(self) -> None:
        self.add_class("empty")

    def show(self, state: LiveState) -> None:
        """Figures are asked for once there is a connection, and when this screen comes back after a while."""
        is_wanted = self._is_old or (self._found is None and not self._is_asking)
        if state.fetched and self.ui.link.lost is None and is_wanted:
            self._ask()

    def tick(self) -> None:
        super().tick()
        self._age += 1
        if self._is_old and self.ui.link.lost is None:
            self._ask()

    @property
    def _is_old(self) -> bool:
        return self._age >= self._choice.refresh_seconds

    def _ask(self) -> None:
        """One question at a time; the answer to an earlier choice is dropped."""
        self._age, self._is_asking = 0, True
        self._show_bar()
        query = self._choice.query(self._zone_asked.name)

        async def asked(client: Client) -> Analytics | ClaudeflareError:
            try:
                return await client.analytics(query)
            except ClaudeflareError as error:
                return error

        self.ask(asked, self._answered, group="analytics", exclusive=True)

    def _answered(self, answer: Analytics | ClaudeflareError) -> None:
        self._is_asking = False
        self._show_bar()
        if isinstance(answer, ClaudeflareError):
            # What stands there stays; only who has nothing to look at is told, in place.
            self._notice(f"{answer} Trying again every few seconds." if self._found is None else None)
            return
        self._found = answer
        is_empty = not answer["totals"]["requests"] and not answer["previous"]["requests"]
        self._notice(NOTHING if is_empty else None)
        self.query_one(TotalsLine).show(totals_of(answer))
        self.query_one(AnalyticsBoard).show(answer)

    def _notice(self, words: str | None) -> None:
        self.set_class(words is not None, "empty")
        if words is not None:
            self.query_one("#notice", Static).update(words)

    def _show_bar(self) -> None:
        self.query_one(RangeBar).show(self._choice, self._zone_asked.name, is_asking=self._is_asking)

    def on_range_bar_chosen(self, event: RangeBar.Chosen) -> None:
        self._choose(replace(self._choice, range=event.range))

    def action_range(self, step: int) -> None:
        self._choose(self._choice.moved(step))

    def action_cumulate(self) -> None:
        self._choose(replace(self._choice, is_cumulative=not self._choice.is_cumulative))

    def action_unfilter(self) -> None:
        self._choose(replace(self._choice, filters=frozenset()))

    def _choose(self, choice: Choice) -> None:
        if choice != self._choice:
            self._choice = choice
            self._ask()

    def action_filter(self) -> None:
        """What there is to choose from is asked for: an answer with filters names only what they leave."""
        everything = Choice(self._choice.range).query(self._zone_asked.name)
        self.ask(lambda client: client.analytics(everything), self._offer, group="filters", exclusive=True)

    def _offer(self, everything: Analytics) -> None:
        if self.is_current:
            self.app.push_screen(AnalyticsFilters(filters_of(everything), self._choice.filters), self._filtered)

    def _filtered(self, filters: frozenset[Filter] | None) -> None:
        if filters is not None:
            self._choose(replace(self._choice, filters=filters))
