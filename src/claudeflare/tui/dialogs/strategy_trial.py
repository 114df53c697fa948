"""Before a change of strategy: how the last days' requests would have fared under the one that is wanted."""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar, Final

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, ProgressBar, Static
from textual.worker import Worker

from claudeflare.client.simulation import Simulated, simulation
from claudeflare.errors import ClaudeflareError
from claudeflare.formatting import count_of
from claudeflare.presentation.simulated import comparison_table, summary
from claudeflare.tui.dialogs.dialog import Dialog

SINCE: Final = "7d"
_NOTHING: Final = (
    "No request of the last 7 days can be simulated, so nothing can be foretold. It can be used all the same."
)


class StrategyTrial(Dialog[str]):
    """The name of the strategy that is in force now, or None when nothing was changed."""

    DEFAULT_CSS = """
    StrategyTrial {
        .box { width: 78; }
        ProgressBar { height: 1; margin: 1 0; }
        #summary, #comparison, #assumed { height: auto; }
        #comparison { margin: 1 0; }
        #assumed { color: $quiet; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop the simulation", show=False),
        Binding("r", "again", "Simulate again", show=False),
        Binding("u", "use", "Use it", show=False),
    ]

    def __init__(self, wanted: str, current: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._current = current
        self._simulating: Worker[None] | None = None

    @property
    def heading(self) -> str:
        return f"{self._wanted} instead of {self._current}?"

    def questions(self) -> ComposeResult:
        yield Static("The last 7 days' requests under both, simulated: nothing is sent.", classes="note")
        yield ProgressBar(total=1.0, show_eta=False)
        yield Static(id="summary", markup=False)
        yield Static(id="comparison", markup=False)
        yield Static(
            f"New requests follow {self._wanted} from the moment it is used, after a restart as well. "
            f"You can go back to {self._current} at any time.",
            markup=False,
        )

    def buttons(self) -> ComposeResult:
        yield Button(
            Content.assemble(("U", "underline"), f"se {self._wanted}"), id="submit", variant="primary", compact=True
        )
        yield Button(Content.assemble(("S", "underline"), "top the simulation"), id="stop", compact=True)
        yield Button("Simulate again", id="again", compact=True)
        yield Button("Back", id="back", compact=True)

    def on_mount(self) -> None:
        self.query_one(".box").mount(Static(id="assumed", markup=False))
        self.action_again()

    def action_again(self) -> None:
        """Simulate from the beginning."""
        if self._simulating is not None:
            return
        self._say("")
        self.say_problem("")
        self.query_one("#comparison", Static).display = False
        self.query_one(ProgressBar).update(progress=0.0)
        self._simulating = self.run_worker(self._simulate, group="simulation", exclusive=True)
        self._show_running()

    def action_stop(self) -> None:
        """End a simulation early; the strategy can be used without."""
        if self._simulating is not None:
            self._simulating.cancel()
            self._ended()
            self._say("The simulation was stopped.")

    def action_use(self) -> None:
        if self._simulating is None:
            self.submit()

    def submit(self) -> None:
        self.attempt(lambda client: client.set_strategy(self._wanted), lambda now: self.end(now["strategy"]))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "stop":
            self.action_stop()
        elif event.button.id == "again":
            self.action_again()

    async def _simulate(self) -> None:
        bar = self.query_one(ProgressBar)
        try:
            steps = simulation(self.ui.client, {"strategies": [self._wanted], "since": SINCE})
            async with aclosing(steps):
                async for step in steps:
                    if isinstance(step, float):
                        bar.update(progress=step)
                    else:
                        self._found(step)
        except ClaudeflareError as error:
            self.say_problem(str(error))
        self._ended()

    def _found(self, found: Simulated) -> None:
        current = found["strategies"][0]
        candidate = next((each for each in found["strategies"] if each["strategy"] == self._wanted), current)
        if not found["requests"]:
            self._say(_NOTHING)
            return
        self._say(f"{count_of(found['requests'], 'request')}: {summary(candidate, current)}")
        self._show_table(comparison_table(current, candidate))
        self.query_one("#assumed", Static).update("\n".join(found["assumed"]))

    def _show_table(self, table: Table) -> None:
        shown = self.query_one("#comparison", Static)
        shown.update(table)
        shown.display = True

    def _say(self, words: str) -> None:
        line = self.query_one("#summary", Static)
        line.update(Text(words))
        line.display = bool(words)

    def _ended(self) -> None:
        self._simulating = None
        self._show_running()

    def _show_running(self) -> None:
        is_running = self._simulating is not None
        self.query_one(ProgressBar).display = is_running
        for name, is_shown in (("stop", is_running), ("again", not is_running), ("submit", not is_running)):
            self.query_one(f"#{name}", Button).display = is_shown
        self.query_one("#stop" if is_running else "#submit", Button).focus()
