"""What dialogs share: a box with a title, an error in its place, buttons, and how the server is asked something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static
from textual.worker import Worker

from claudeflare.client.client import Client
from claudeflare.errors import ClaudeflareError

if TYPE_CHECKING:
    from claudeflare.tui.app import TerminalUI

T = TypeVar("T")
Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """Ends with what was chosen, or None. Subclasses have `questions` and `submit`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        .box {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 2;
            background: $surface;
            border: round $border;
            border-title-color: $foreground;
            border-title-style: bold;
        }
        Input:ansi { background: ansi_default; text-style: underline; }
        .note { color: $quiet; height: auto; }
        .problem { color: $error; height: auto; display: none; margin-top: 1; }
        .buttons { height: 1; margin: 1 0 0 0; }
        .buttons Button { margin-right: 2; min-width: 8; }
        .buttons Button.-default { background: $panel; }
    }
    """
    TITLE_WORDS: ClassVar[str] = ""
    ACTION: ClassVar[str] = "OK"
    """The verb on the button that submits."""
    DESTROYS: ClassVar[bool] = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = self.heading
            yield from self.questions()
            yield Static(classes="problem", markup=False)
            with Horizontal(classes="buttons"):
                yield from self.buttons()

    @property
    def heading(self) -> str:
        """What stands above."""
        return self.TITLE_WORDS

    def questions(self) -> ComposeResult:
        """What is asked."""
        yield Label("")

    def buttons(self) -> ComposeResult:
        """What ends it."""
        yield Button(self.ACTION, id="submit", variant="error" if self.DESTROYS else "primary", compact=True)
        yield Button("Cancel", id="back", compact=True)

    def submit(self) -> None:
        """The user wants what is written."""
        raise NotImplementedError

    @property
    def ui(self) -> TerminalUI:
        """The application."""
        return cast("TerminalUI", self.app)

    def attempt(self, action: Callable[[Client], Awaitable[T]], done: Callable[[T], object]) -> Worker[None]:
        """Ask the server, then call `done` with its answer. What goes wrong is said here, and the dialog stays."""
        self.say_problem("")
        self._set_busy(True)

        async def work() -> None:
            try:
                answer = await action(self.ui.client)
            except ClaudeflareError as error:
                self.failed(error)
                return
            finally:
                self._set_busy(False)
            done(answer)

        return self.run_worker(work, group="attempt", exclusive=True)

    def failed(self, error: ClaudeflareError) -> None:
        """Something went wrong."""
        self.say_problem(str(error))

    def say_problem(self, words: str) -> None:
        """Say what has to be mended; empty: nothing."""
        problem = self.query_one(".problem", Static)
        problem.update(words)
        problem.display = bool(words)
        if words:
            problem.scroll_visible(animate=False)

    def end(self, result: Result | None) -> None:
        """Close. Nothing secret stays in a widget that is gone but not yet forgotten."""
        for field in self.query(Input):
            field.clear()
        self.dismiss(result)

    def action_back(self) -> None:
        self.end(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "submit":
            self.submit()
        elif event.button.id == "back":
            self.action_back()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.submit()

    def _set_busy(self, busy: bool) -> None:
        for button in self.query(Button):
            if button.id == "submit":
                button.disabled = busy
