"""The terminal UI as a whole: its screens, its connection to the server, and how it is left."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.console import Group
from rich.traceback import Traceback
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import NoColor

from claudeflare.client.client import Client
from claudeflare.tui.commands import PaletteCommands
from claudeflare.tui.dialogs.keys_help import KeysHelp
from claudeflare.tui.dialogs.leave import LeaveDialog
from claudeflare.tui.harmless_filter import HarmlessFilter
from claudeflare.tui.live_link import PAUSES, LiveLink
from claudeflare.tui.screens.accounts import AccountsScreen
from claudeflare.tui.screens.analytics import AnalyticsScreen
from claudeflare.tui.screens.logs import LogsScreen
from claudeflare.tui.screens.overview import OverviewScreen
from claudeflare.tui.screens.requests import RequestsScreen
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.screens.strategy import StrategyScreen
from claudeflare.tui.themes import DARK, LIGHT, THEMES, fitting, following, sixteen

if TYPE_CHECKING:
    from textual.filter import LineFilter

SCREENS: Final[tuple[tuple[str, str, Callable[[], ServerScreen]], ...]] = (
    ("1", "Overview", OverviewScreen),
    ("2", "Accounts", AccountsScreen),
    ("3", "Requests", RequestsScreen),
    ("4", "Analytics", AnalyticsScreen),
    ("5", "Logs", LogsScreen),
    ("6", "Strategy", StrategyScreen),
)
"""Key, name, and what makes it."""
DRAWS_PER_SECOND: Final = 5
"""At most: many events at once are one drawing."""
DISTANT_DRAWS_PER_SECOND: Final = 2
"""Over ssh. A list that moves on is drawn anew, up to 18 kB each time."""


class Left(Enum):
    """What the user wants of a server that was started for this UI."""

    KEEP_SERVER = "keep"
    STOP_SERVER = "stop"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world around the UI."""

    clock: Callable[[], float] = time.time
    zone: tzinfo | None = None
    """Zone of the times that are shown; None: the reader's own."""
    asks_about_server: bool = False
    """Whether leaving asks if the server stays; else `q` leaves at once."""
    pauses: tuple[float, ...] = PAUSES
    """Seconds before each attempt to find a lost server again."""
    draws_per_second: float = field(default=DRAWS_PER_SECOND)
    theme: str | None = None
    """A theme's name; None: what fits the terminal."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """Tells whether there is a browser to open a page in."""


class TerminalUI(App[Left]):
    """Speaks to one server through `client`, which stays open until it has ended."""

    TITLE = "Claudeflare"
    MODES: ClassVar[dict[str, Any]] = {name.lower(): screen for _, name, screen in SCREENS}
    DEFAULT_MODE = "overview"
    COMMANDS: ClassVar[set[Any]] = {PaletteCommands}
    COMMAND_PALETTE_BINDING = "ctrl+k"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"switch_mode('{name.lower()}')", name, show=False, group=None) for key, name, _ in SCREENS),
        Binding("question_mark", "show_keys", "Keys"),
        Binding("t", "next_theme", "Other colors", show=False),
        Binding("r", "retry_now", "Connect now", show=False),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+c", "leave", "Quit", show=False, priority=True),
    ]

    def __init__(self, client: Client, around: Surroundings | None = None) -> None:
        super().__init__()
        self.client = client
        self.around = around or Surroundings()
        self.link = LiveLink(client, self.around.clock, self._mark_changed, self.around.pauses)
        self._stale = True
        for theme in THEMES:
            self.register_theme(theme)
        self.ansi_theme_dark, self.ansi_theme_light = sixteen(DARK), sixteen(LIGHT)
        self.theme = self.around.theme or fitting(None if self.no_color else self.console.color_system)

    def on_mount(self) -> None:
        if not self.is_headless:
            self._end_on_signals()
        self.run_worker(self.link.run(), name="events")
        self.run_worker(self.link.follow_stats(), name="stats")
        self.set_interval(1 / self.around.draws_per_second, self.draw_changes)
        self.set_interval(1.0, self._tick)

    def _fatal_error(self) -> None:
        """As in the base class, whose traceback shows local variables, and what they hold may be secret."""
        self.bell()
        words = f"The terminal UI ended over an error of its own; the server at {self.client.where} goes on."
        self._exit_renderables.append(Group(Traceback(show_locals=False), words))
        self._close_messages_no_wait()

    def _end_on_signals(self) -> None:
        """The terminal was closed, or somebody ends us: leave it as it was before, and the server alone."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, Left.KEEP_SERVER)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As in the base class, behind the one that no text from outside passes unharmed."""
        # With NO_COLOR, the base class turns colors into shades of grey, and those into none only by its own themes.
        return [HarmlessFilter(), *super().get_line_filters(), *([NoColor()] if self.no_color else [])]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colors, for themes that have none of that name."""
        return dict(DARK.variables)

    def draw_changes(self) -> None:
        """Let the screen show what has changed since it did so last."""
        if self._stale and (screen := self._in_front) is not None:
            self._stale = False
            screen.show_state()

    def open_request(self, request_id: str) -> None:
        """Lead to one request's detail."""
        self.run_worker(self._open("requests", request_id))

    def open_account(self, name: str) -> None:
        """Lead to one account."""
        self.run_worker(self._open("accounts", name))

    def action_next_theme(self) -> None:
        # Without colors only the terminal's own sixteen mark what is chosen by something else.
        if not self.no_color:
            self.theme = following(self.theme)

    def action_retry_now(self) -> None:
        self.link.retry_now()

    def action_show_keys(self) -> None:
        self.push_screen(KeysHelp(self.screen))

    def action_leave(self) -> None:
        # Ctrl-C works everywhere; at the question itself it means: out of here.
        if self.around.asks_about_server and not isinstance(self.screen, LeaveDialog):
            self.push_screen(LeaveDialog(), self._left)
        else:
            self.exit(Left.KEEP_SERVER)

    async def _open(self, mode: str, what: str) -> None:
        await self.switch_mode(mode)
        if isinstance(self.screen, ServerScreen):
            self.screen.open(what)

    def _left(self, choice: str | None) -> None:
        if choice is not None:
            self.exit(Left(choice))

    def _mark_changed(self) -> None:
        self._stale = True

    @property
    def _in_front(self) -> ServerScreen | None:
        """The screen that shows what is known, if it can: while everything closes, timers go on for a moment."""
        if not self.is_running or not isinstance(self.screen, ServerScreen) or not self.screen.is_mounted:
            return None
        return self.screen

    def _tick(self) -> None:
        if (screen := self._in_front) is not None:
            screen.tick()
