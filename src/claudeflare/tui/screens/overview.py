"""Overview: the accounts with their limits, how it goes, what happened, and the newest requests."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import OptionList
from textual.worker import Worker

from claudeflare.tui.live_state import LiveState
from claudeflare.tui.screens.account_actions import AccountActions
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.widgets.account_list import AccountList
from claudeflare.tui.widgets.day_figures import DayFigures
from claudeflare.tui.widgets.first_steps import FirstSteps
from claudeflare.tui.widgets.recent_requests import RecentRequests
from claudeflare.tui.widgets.timeline_list import TimelineList


class OverviewScreen(ServerScreen):
    """State before statistics: accounts first, then figures, then what moves."""

    NAME = "overview"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 as the base class declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add_account", "Add account"),
        Binding("tab", "app.focus_next", "Next part"),
    ]
    DEFAULT_CSS = """
    OverviewScreen {
        overflow: hidden;
        #accounts { max-height: 40%; }
        .part { border-top: solid $border; border-title-color: $quiet; border-title-background: $background; }
        .part:focus-within { border-top: solid $primary 60%; border-title-color: $foreground; }
        &.-tall .part { margin-top: 1; }
        &.-tall #accounts { margin-top: 1; }
        #below { height: 1fr; layout: vertical; }
        #requests-part { height: 2fr; min-height: 3; }
        #timeline-part { height: 1fr; min-height: 4; }
        RecentRequests, TimelineList { height: 1fr; }
        &.-wide #below { layout: horizontal; }
        &.-wide #requests-part { width: 3fr; height: 1fr; }
        &.-wide #timeline-part { width: 2fr; height: 1fr; margin: 0 0 0 2; }
        &.-wide.-tall #timeline-part { margin: 1 0 0 2; }
    }
    """

    def body(self) -> ComposeResult:
        yield AccountList(id="accounts")
        with Vertical(id="figures-part", classes="part") as figures:
            figures.styles.height = "auto"
            figures.border_title = "Last 24 hours"
            yield DayFigures()
        with Container(id="below"):
            with Vertical(id="requests-part", classes="part") as requests:
                requests.border_title = "Newest requests"
                yield RecentRequests()
                yield FirstSteps(id="first-request")
            with Vertical(id="timeline-part", classes="part") as timeline:
                timeline.border_title = "What happened"
                yield TimelineList()
        first = FirstSteps(id="first-account")
        first.display = False
        yield first

    def on_mount(self) -> None:
        self.query_one(AccountList).rows.focus()

    def show(self, state: LiveState) -> None:
        empty = state.fetched and not state.accounts and not state.requests
        for part in ("#accounts", "#below"):
            self.query_one(part).display = state.fetched and not empty
        self.query_one("#figures-part").display = bool(state.requests)
        first_account = self.query_one("#first-account", FirstSteps)
        if empty != first_account.display:
            first_account.display = empty
            self.refresh_bindings()
        if empty:
            first_account.show_ways_to_add()
        elif state.fetched:
            self._show_parts(state)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Accounts are added here only while there is none."""
        if action == "add_account":
            return self.state.fetched and not self.state.accounts
        return super().check_action(action, parameters)

    def action_add_account(self) -> None:
        async def add() -> None:
            await self.ui.switch_mode("accounts")
            if isinstance(self.ui.screen, AccountActions):
                self.ui.screen.action_add()

        # The application's own: this screen is left meanwhile.
        _: Worker[None] = self.ui.run_worker(add)

    def tick(self) -> None:
        super().tick()
        self.show(self.state)

    def _show_parts(self, state: LiveState) -> None:
        self.query_one(AccountList).show(state.accounts, self.now, self.zone)
        self.query_one(DayFigures).show(state, self.now)
        self.query_one(RecentRequests).show(state.requests, self.zone)
        self.query_one(RecentRequests).display = bool(state.requests)
        first_request = self.query_one("#first-request", FirstSteps)
        first_request.display = not state.requests
        # Without a request yet, what to do first has the room.
        self.query_one("#timeline-part").display = bool(state.requests or state.happenings)
        if not state.requests:
            first_request.show_first_request(self.ui.client.url)
        self.query_one(TimelineList).show(state.happenings, self.now, self.zone)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Lead to what was chosen."""
        chosen = event.option_id or ""
        if isinstance(event.option_list, RecentRequests):
            self.ui.open_request(chosen)
        elif isinstance(event.option_list, TimelineList):
            name = event.option_list.account_of(chosen)
            if name:
                self.ui.open_account(name)
        else:
            names = {account["id"]: account["name"] for account in self.state.accounts}
            if chosen in names:
                self.ui.open_account(names[chosen])
