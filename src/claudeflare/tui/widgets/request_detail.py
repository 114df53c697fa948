"""One request: a strip with what matters most, and tabs with everything."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TabbedContent, TabPane, Tabs
from textual.worker import Worker

from claudeflare.errors import ClaudeflareError
from claudeflare.presentation.request_detail import strip_lines, title
from claudeflare.tui.request_record import RequestRecord
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.record_view import RecordView
from claudeflare.tui.widgets.request_conversation import ConversationView
from claudeflare.tui.widgets.request_figures import CostView, DecisionView
from claudeflare.tui.widgets.request_raw import RawView
from claudeflare.tui.widgets.request_timing import TimingView
from claudeflare.tui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from claudeflare.tui.screens.server_screen import ServerScreen

TABS: Final = ("conversation", "timing", "decision", "cost", "raw")


class RequestDetail(Vertical):
    """Shows one request at a time; an answer about another comes too late and is dropped."""

    DEFAULT_CSS = """
    RequestDetail { height: 1fr; }
    RequestDetail > .title { height: auto; max-height: 2; padding: 0 1; text-style: bold; }
    RequestDetail > .strip { height: auto; max-height: 4; padding: 0 1; }
    RequestDetail > .failure { height: auto; max-height: 3; padding: 0 1; color: $error; }
    RequestDetail > TabbedContent { height: 1fr; }
    RequestDetail TabPane { padding: 0; height: 1fr; }
    RequestDetail ContentTabs { height: 1; }
    RequestDetail Underline { display: none; }
    RequestDetail Tab { padding: 0 1; }
    RequestDetail Tab.-active { text-style: bold reverse; }
    """

    class TabTurned(Message):
        """Another tab is shown, which has other keys."""

    def __init__(self) -> None:
        super().__init__()
        self.request_id: str | None = None
        self.record: RequestRecord | None = None
        self._title = Static(markup=False, classes="title")
        self._strip = Static(markup=False, classes="strip")
        self._failure = Static(markup=False, classes="failure")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._strip
        yield self._failure
        with TabbedContent():
            for name, view in zip(TABS, (ConversationView, TimingView, DecisionView, CostView, RawView), strict=True):
                with TabPane(name.capitalize(), id=name):
                    yield view()

    def on_mount(self) -> None:
        # The tabs have keys of their own; what follows from Tab is the text.
        self.query_one(Tabs).can_focus = False

    def open(self, request_id: str) -> None:
        """Show a request. What is shown stays until the other is there, so that nothing flickers."""
        if request_id == self.request_id and self.record is not None:
            return
        self.request_id = request_id
        _: Worker[None] = self.run_worker(partial(self._load, request_id), group="detail", exclusive=True)

    def close(self) -> None:
        """Show none; an answer that is under way is dropped."""
        self.workers.cancel_group(self, "detail")
        self.request_id = self.record = None

    def show_strip(self) -> None:
        """Say it anew: times are relative to now."""
        if self.record is not None:
            screen = self._screen
            width = max(20, self.size.width - 2)
            self._strip.update(content(strip_lines(self.record.detail, screen.now, screen.zone, width)))

    def turn_tab(self, by: int) -> None:
        """To the tab beside."""
        tabs = self.query_one(TabbedContent)
        tabs.active = TABS[(TABS.index(tabs.active) + by) % len(TABS)]

    @property
    def tab(self) -> str:
        """The name of the one that is shown."""
        return self.query_one(TabbedContent).active

    def offers(self, action: str) -> bool:
        """Whether the tab that is shown can do that."""
        view = self._view
        if isinstance(view, ConversationView):
            return action == "unfold" or (action == "earlier" and view.hides)
        return isinstance(view, RawView) and action == "side"

    def act(self, action: str) -> None:
        """Do what only the tab that is shown can."""
        view = self._view
        if isinstance(view, ConversationView) and action in ("earlier", "unfold"):
            _: Worker[None] = self.run_worker(view.show_earlier if action == "earlier" else view.unfold, group="act")
        elif isinstance(view, RawView) and action == "side":
            view.choose_next()

    def focus_text(self) -> None:
        """Let the keys scroll what the tab shows."""
        view = self._view
        (view.query_one(TextLines) if isinstance(view, RawView) else view).focus()

    async def save(self) -> None:
        """Write the body that Raw shows, exactly as it was sent, into the working directory."""
        if self.record is None:
            return
        side = "response" if self.query_one(RawView).side == "answer" else "request"
        try:
            body = await self.record.body(side)
            path = Path.cwd() / f"{self.record.id}-{side}"
            # Only for its owner, as everything that was said; and never over another file.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
        except ClaudeflareError as error:
            self._screen.tell_error(error)
        except OSError as error:
            self._screen.tell_error(ClaudeflareError(f"The {side} could not be saved: {error}"))
        else:
            self._screen.tell(f"Saved the {side}, {len(body):,} bytes: {path}")

    @property
    def _screen(self) -> ServerScreen:
        return cast("ServerScreen", self.screen)

    @property
    def _view(self) -> RecordView:
        return self.query_one(f"#{self.query_one(TabbedContent).active}", TabPane).query_one(RecordView)

    async def _load(self, request_id: str) -> None:
        client = self._screen.ui.client
        try:
            detail = await client.request(request_id)
        except ClaudeflareError as error:
            self.record = None
            self._title.update(Content(request_id))
            self._strip.update("")
            self._failure.update(Content(str(error)))
            self._set_known(known=False)
            return
        self.record = RequestRecord(client, request_id, detail, self._screen.now)
        self._title.update(content(title(detail)))
        self._failure.update(Content(detail["errorMessage"] or ""))
        self._set_known(known=True)
        self.show_strip()
        self._view.show(self.record)

    def _set_known(self, *, known: bool) -> None:
        self.query_one(TabbedContent).display = known
        self._failure.display = not known or bool(self.record and self.record.detail["errorMessage"])

    def on_resize(self) -> None:
        self.show_strip()

    def on_tabbed_content_tab_activated(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        self.post_message(self.TabTurned())
        if self.record is not None:
            self._view.show(self.record)
            if self.screen.focused is not None and self in self.screen.focused.ancestors:
                self.focus_text()
