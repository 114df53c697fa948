"""Logs: what every process of the server says, as it says it."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from claudeflare.client.log_stream import follow_logs
from claudeflare.client.resources import LogLine
from claudeflare.errors import ClaudeflareError
from claudeflare.formatting import count_of, day
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.widgets.log_view import LINES_KEPT, LogView

LEVELS: Final = ("debug", "info", "warn", "error")
HISTORY: Final = 1_000
"""Lines shown at first."""
RETRY_SECONDS: Final = 2.0
EMPTY: Final = "Nothing is logged at this level yet."


class LogsScreen(ServerScreen):
    """Pause, search, levels."""

    NAME = "logs"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(level[0], f"level('{level}')", level.capitalize(), show=False) for level in LEVELS),
        Binding("l", "next_level", "Level"),
        Binding("space", "pause", "Pause"),
        Binding("slash", "search", "Search"),
        Binding("n", "match(1)", "Next", show=False),
        Binding("N", "match(-1)", "Previous", show=False),
        Binding("y", "copy", "Copy"),
        Binding("escape", "end_search", "End search", show=False),
    ]
    DEFAULT_CSS = """
    LogsScreen #log-state { height: 1; padding: 0 1; color: $text-muted; }
    LogsScreen Input { display: none; height: 1; border: none; padding: 0 1; }
    LogsScreen Input.asked { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._level = "info"
        self._held: list[LogLine] | None = None
        self._found = 0

    def body(self) -> ComposeResult:
        with Horizontal(id="log-state"):
            yield Static(id="log-words", markup=False)
        yield LogView(day(self.now, self.zone), self.zone)
        yield Input(placeholder="Search", compact=True, id="log-search")

    def on_mount(self) -> None:
        self.query_one(LogView).focus()
        self._follow()

    # -- reading ----------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        self.run_worker(self._read(self._level), group="logs", exclusive=True)

    async def _read(self, level: str) -> None:
        view = self.query_one(LogView)
        while True:
            try:
                lines, place = await self.ui.client.log_lines(HISTORY, level)
                view.clear()
                self._take(lines)
                async for line in follow_logs(self.ui.client, level, place):
                    self._take([line])
            except ClaudeflareError:
                # The line on top tells that the server is away, and why.
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self, lines: list[LogLine]) -> None:
        if self._held is None:
            self.query_one(LogView).add(lines)
        else:
            self._held = [*self._held, *lines][-LINES_KEPT:]
        self._tell_state()

    # -- what the reader does ---------------------------------------------------------------------------------------

    def action_level(self, level: str) -> None:
        """Show this level and what is worse."""
        self._level, self._held = level, None
        self._follow()
        self._tell_state()

    def action_next_level(self) -> None:
        """The next of the levels, round and round."""
        self.action_level(LEVELS[(LEVELS.index(self._level) + 1) % len(LEVELS)])

    def action_pause(self) -> None:
        """Hold what comes back, or let it in."""
        held, self._held = self._held, [] if self._held is None else None
        if held:
            self.query_one(LogView).add(held)
        self._tell_state()

    def action_search(self) -> None:
        search = self.query_one("#log-search", Input)
        search.add_class("asked")
        search.focus()

    def action_match(self, step: int) -> None:
        self.query_one(LogView).next_match(step)

    def action_end_search(self) -> None:
        search = self.query_one("#log-search", Input)
        search.value = ""
        search.remove_class("asked")
        self.query_one(LogView).focus()

    def action_copy(self) -> None:
        """The chosen line, all of it, to the clipboard."""
        if text := self.query_one(LogView).copied():
            self.app.copy_to_clipboard(text)
            self.tell("The line is copied, if this terminal allows it.")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._found = self.query_one(LogView).search(event.value)
        self._tell_state()

    def on_input_submitted(self) -> None:
        self.query_one(LogView).focus()

    # -- telling ----------------------------------------------------------------------------------------------------

    def on_log_view_moved(self) -> None:
        self._tell_state()

    def _tell_state(self) -> None:
        view = self.query_one(LogView)
        words = [self._level if self._level == "error" else f"{self._level} and worse", count_of(view.count, "line")]
        if self._held is not None:
            words.append(f"paused, {len(self._held):,} new (space goes on)")
        elif not view.following:
            words.append("not at the end (G goes there)")
        if self.query_one("#log-search", Input).value:
            words.append(f"{count_of(self._found, 'line')} found (n, N)")
        self.query_one("#log-words", Static).update(" · ".join(words) if view.count or self._held else EMPTY)
