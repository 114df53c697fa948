"""The list of requests as it is browsed: what is above it, what stands in its place, and where its rows come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker

from claudeflare.errors import ClaudeflareError, Unreachable
from claudeflare.tui.request_rows import RequestRows
from claudeflare.tui.running_requests import still_running
from claudeflare.tui.widgets.first_steps import FirstSteps
from claudeflare.tui.widgets.request_bar import RequestBar, left_words, right_words
from claudeflare.tui.widgets.request_list import RequestList

if TYPE_CHECKING:
    from claudeflare.tui.screens.server_screen import ServerScreen


class RequestBrowser(Vertical):
    """It follows until the reader goes down in it, holds it, or opens a request; then what comes waits above."""

    DEFAULT_CSS = """
    RequestBrowser > .nothing { padding: 1 2; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.following = True
        self._rows: RequestRows | None = None
        self._feed: Worker[None] | None = None
        self._looked = False
        self._looking: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield RequestBar()
        yield Static(classes="nothing", markup=False)
        yield FirstSteps()
        yield RequestList(self._screen.zone)

    @property
    def rows(self) -> RequestRows:
        """Those of the filter in force."""
        if self._rows is None:
            self._rows = self._rows_of({})
        return self._rows

    @property
    def lines(self) -> RequestList:
        """The list itself."""
        return self.query_one(RequestList)

    def follow(self) -> None:
        """Take in what ends, from where that was left off."""
        self.rest()
        self._feed = self.run_worker(self.rows.follow, group="feed", exclusive=True)

    def rest(self) -> None:
        """Take in nothing until `follow`: somebody else is in front."""
        if self._feed is not None:
            self._feed.cancel()

    def narrow(self, filters: dict[str, str]) -> None:
        """Show only what matches."""
        if filters != self.rows.filters:
            self._rows = self._rows_of(filters)
            self.follow()

    def draw(self, *, held: bool) -> None:
        """Show the rows as they are; nothing is drawn that did not change. `held`: nothing may enter by itself."""
        rows, shown = self.rows, self.lines
        rows.away = held or not self.following or not shown.at_top
        rows.settle()
        shown.show(rows.window)
        self.draw_bar()
        self._draw_nothing()

    def draw_bar(self) -> None:
        """Say anew what runs, and for how long."""
        rows, screen = self.rows, self._screen
        running = still_running(screen.state.opened, rows.over, rows.filters, screen.now)
        right = right_words(rows.window.waiting_count, following=self.following)
        self.query_one(RequestBar).show(left_words(running, rows.filters, screen.now), right)

    def to_newest(self) -> None:
        """Go to the top, and show what waited."""

        async def show() -> None:
            if self.rows.window.waiting_count:
                await self.rows.show_waiting()
                self.lines.show(self.rows.window)
            self.lines.choose(0)

        self._screen.ask(lambda _: show(), group="newest", exclusive=True)

    def seen(self) -> dict[str, list[str]]:
        """Values in the latest rows, by the query parameter that narrows the list to one."""
        fields = {"model": "model", "clientKey": "clientKey", "session": "sessionId"}
        rows = [row for page in self.rows.window.pages[:3] for row in page.rows or ()]
        values = {name: [cast("dict[str, str | None]", row)[field] for row in rows] for name, field in fields.items()}
        return {name: [value for value in found if value] for name, found in values.items()}

    @property
    def _screen(self) -> ServerScreen:
        return cast("ServerScreen", self.screen)

    def _rows_of(self, filters: dict[str, str]) -> RequestRows:
        ui = self._screen.ui
        return RequestRows(ui.client, filters, ui.around.pauses)

    def _draw_nothing(self) -> None:
        """Say why the list is empty, when it is."""
        rows = self.rows
        words = ""
        if rows.error is not None:
            words = str(rows.error)
        elif not rows.ready:
            words = "Reading …"
        elif not len(rows.window) and rows.filters:
            words = "No request is like that. Press / to change the filter, x to show all."
        nothing, first_steps = self.query_one(".nothing", Static), self.query_one(FirstSteps)
        if nothing.content != words:
            nothing.update(words)
        nothing.display = bool(words)
        first_steps.display = not words and not len(rows.window)
        self.lines.display = not words and not first_steps.display
        if first_steps.display:
            first_steps.show_first_request(self._screen.ui.client.url)

    def on_request_list_looked(self) -> None:
        self._looked = True
        if self._looking is None or self._looking.is_finished:
            self._looking = self.run_worker(self._look, group="look")

    async def _look(self) -> None:
        """Fetch what is in sight until the reader stands still."""
        try:
            while self._looked:
                self._looked = False
                await self.rows.see(*self.lines.in_sight)
        except Unreachable:
            # The line on top tells; asked for again when the reader moves.
            pass
        except ClaudeflareError as error:
            self._screen.tell_error(error)

    def on_request_list_newest_wanted(self) -> None:
        self.to_newest()

    def on_request_bar_newest_wanted(self) -> None:
        self.to_newest()
