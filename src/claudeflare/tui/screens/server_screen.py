"""What the six screens share: the state on top, the keys below, and how the server is asked something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import Worker

from claudeflare.client.client import Client
from claudeflare.errors import ClaudeflareError
from claudeflare.tui.live_state import LiveState
from claudeflare.tui.widgets.screen_tabs import ScreenTabs
from claudeflare.tui.widgets.state_line import StateLine

if TYPE_CHECKING:
    from claudeflare.tui.app import TerminalUI

T = TypeVar("T")


LEAST: Final = Size(50, 12)
"""The smallest terminal in which anything can be made out; 80×24 shows everything."""


class ServerScreen(Screen[None]):
    """A screen of the application. Subclasses have `body` and `show`, and may have `tick`."""

    DEFAULT_CSS = """
    ServerScreen { layers: below above; }
    ServerScreen .too-small {
        display: none; layer: above; width: 100vw; height: 100vh; background: $background;
        content-align: center middle;
    }
    ServerScreen.-too-small > .too-small { display: block; }
    """
    NAME: ClassVar[str]
    """As the application's modes call it."""

    @property
    def ui(self) -> TerminalUI:
        """The application."""
        return cast("TerminalUI", self.app)

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self.ui.around.clock()

    @property
    def zone(self) -> tzinfo | None:
        """The reader's."""
        return self.ui.around.zone

    @property
    def state(self) -> LiveState:
        """What is known of the server."""
        return self.ui.link.state

    def compose(self) -> ComposeResult:
        yield StateLine()
        yield ScreenTabs(self.NAME)
        yield from self.body()
        yield Footer(show_command_palette=False)
        yield Static(f"This needs at least {LEAST.width} columns and {LEAST.height} lines.", classes="too-small")

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    def show(self, state: LiveState) -> None:
        """Show what is known. Called when it has changed, and whenever this screen comes to the front."""

    def open(self, what: str) -> None:
        """Show one thing in particular: an account by its name, a request by its id. The screen is there by then."""

    def tick(self) -> None:
        """Called each second while this screen is in front: what is told relative to now moves on."""
        self._show_state_line()

    def show_state(self) -> None:
        """Show everything that is known."""
        self._show_state_line()
        self.show(self.state)

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < LEAST.width or event.size.height < LEAST.height, "-too-small")

    def on_screen_resume(self) -> None:
        # Also told to what is behind a screen that closes because everything closes.
        if self.app.is_running and self.is_mounted:
            self.show_state()

    def ask(
        self,
        action: Callable[[Client], Awaitable[T]],
        done: Callable[[T], object] | None = None,
        *,
        group: str = "ask",
        exclusive: bool = False,
    ) -> Worker[None]:
        """Ask the server in a worker, then call `done` with its answer. An error is shown, with what to do.

        `exclusive`: an unanswered question of the same group is dropped; for what a later one makes needless.
        """

        async def work() -> None:
            try:
                answer = await action(self.ui.client)
            except ClaudeflareError as error:
                self.tell_error(error)
                return
            if done is not None:
                done(answer)

        return self.run_worker(work, group=group, exclusive=exclusive)

    def tell(self, message: str) -> None:
        """Say that something is done."""
        self.app.notify(message, markup=False)

    def tell_error(self, error: ClaudeflareError) -> None:
        """Say what went wrong."""
        self.app.notify(str(error), title="That did not work", severity="error", timeout=10, markup=False)

    def _show_state_line(self) -> None:
        self.query_one(StateLine).show(self.ui.link, self.now, self.zone)
