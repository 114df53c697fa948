"""Requests: all of them as they come, and beside the list the one that is open."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.worker import Worker

from claudeflare.tui.dialogs.request_filters import RequestFilterDialog
from claudeflare.tui.live_state import LiveState
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.widgets.request_browser import RequestBrowser
from claudeflare.tui.widgets.request_detail import RequestDetail
from claudeflare.tui.widgets.request_list import RequestList

BESIDE: Final = 120
"""Columns from which the detail stands beside the list, and no longer in its place."""
_OF_DETAIL: Final = frozenset({"neighbor", "tab", "copy_id", "save", "close", "in_tab"})
"""Actions that need one."""


class RequestsScreen(ServerScreen):
    """The list follows until the reader goes down in it or opens a request; then what comes waits above."""

    NAME = "requests"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BESIDE, "-wide")]  # noqa: RUF012  # Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back"),
        Binding("slash", "filter", "Filter"),
        Binding("x", "unfilter", "All"),
        Binding("f", "follow", "Follow"),
        Binding("n", "neighbor(1)", "Next"),
        Binding("p", "neighbor(-1)", "Previous"),
        Binding("right", "tab(1)", "Tab"),
        Binding("left", "tab(-1)", "Tab ←", show=False),
        Binding("e", "in_tab('earlier')", "Earlier"),
        Binding("o", "in_tab('unfold')", "Open all"),
        Binding("s", "in_tab('side')", "Side"),
        Binding("y", "copy_id", "Copy"),
        Binding("w", "save", "Save"),
    ]
    DEFAULT_CSS = """
    RequestsScreen {
        RequestBrowser { width: 1fr; }
        RequestDetail { width: 2fr; display: none; border-left: vkey $border; }
        &.detail-open RequestDetail { display: block; }
        &.detail-open.-narrow RequestBrowser { display: none; }
        &.-narrow RequestDetail { width: 1fr; border-left: none; }
        &.-narrow RequestList { padding: 0; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._saving: Worker[None] | None = None

    def body(self) -> ComposeResult:
        with Horizontal():
            yield RequestBrowser()
            yield RequestDetail()

    def on_mount(self) -> None:
        self.set_interval(1 / self.ui.around.draws_per_second, self._draw)
        self.query_one(RequestList).focus()

    def show(self, state: LiveState) -> None:
        """As in the base class."""
        self._draw()

    def tick(self) -> None:
        """As in the base class."""
        super().tick()
        self._browser.draw_bar()
        self._detail.show_strip()

    def on_screen_resume(self) -> None:
        """Follow from where that ended when another screen came to the front."""
        super().on_screen_resume()
        if self.app.is_running and self.is_mounted:
            self._browser.follow()

    def on_screen_suspend(self) -> None:
        # Also told while everything closes.
        for browser in self.query(RequestBrowser):
            browser.rest()

    def open(self, what: str) -> None:
        """As in the base class: a request by its id, whether the list has it or not."""
        line = self._browser.rows.window.line_of(what)
        if line is not None:
            self._list.choose(line)
        self.add_class("detail-open")
        self._detail.open(what)
        self.refresh_bindings()
        if self.size.width < BESIDE:
            self.call_after_refresh(self._detail.focus_text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the detail are there while it is."""
        if action == "unfilter":
            return any(browser.rows.filters for browser in self.query(RequestBrowser))
        detail_open = self.has_class("detail-open")
        if action in ("filter", "follow"):
            return not detail_open
        if action not in _OF_DETAIL or not detail_open:
            return action not in _OF_DETAIL
        if action == "in_tab":
            return self._detail.offers(str(parameters[0]))
        return action != "save" or self._detail.tab == "raw"

    @property
    def _list(self) -> RequestList:
        return self._browser.lines

    @property
    def _browser(self) -> RequestBrowser:
        return self.query_one(RequestBrowser)

    @property
    def _detail(self) -> RequestDetail:
        return self.query_one(RequestDetail)

    def _draw(self) -> None:
        if self.is_current and self.app.is_running:
            self._browser.draw(held=self.has_class("detail-open"))

    def _narrow(self, filters: dict[str, str] | None) -> None:
        if filters is not None:
            self._browser.narrow(filters)
            self.refresh_bindings()

    def on_request_list_moved(self) -> None:
        if self.has_class("detail-open") and (chosen := self._list.chosen) is not None:
            self._detail.open(chosen["id"])

    def on_request_list_opened(self) -> None:
        if (chosen := self._list.chosen) is not None:
            self.open(chosen["id"])

    def action_close(self) -> None:
        self.remove_class("detail-open")
        self._detail.close()
        self.refresh_bindings()
        self._list.focus()

    def action_neighbor(self, by: int) -> None:
        """Open the request above or below in the list."""
        self._list.choose(self._list.cursor + by)
        if (chosen := self._list.chosen) is not None:
            self._detail.open(chosen["id"])

    def action_tab(self, by: int) -> None:
        self._detail.turn_tab(by)

    def action_in_tab(self, action: str) -> None:
        self._detail.act(action)

    def on_request_detail_tab_turned(self) -> None:
        self.refresh_bindings()

    def action_copy_id(self) -> None:
        if self._detail.request_id is not None:
            self.app.copy_to_clipboard(self._detail.request_id)
            self.tell(f"Copied: {self._detail.request_id}")

    def action_save(self) -> None:
        self._saving = self.run_worker(self._detail.save, group="save")

    def action_follow(self) -> None:
        self._browser.following = not self._browser.following
        if self._browser.following:
            self._browser.to_newest()
        self._draw()

    def action_unfilter(self) -> None:
        self._narrow({})

    def action_filter(self) -> None:
        known = {"account": [account["name"] for account in self.state.accounts], **self._browser.seen()}
        self.app.push_screen(RequestFilterDialog(self._browser.rows.filters, known), self._narrow)
