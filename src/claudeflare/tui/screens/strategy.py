"""Strategy: the policies that pick an account, which one is in force, and a trial before another is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import OptionList, Static

from claudeflare.client.analytics import Retention
from claudeflare.formatting import count_of, size
from claudeflare.presentation.strategies import POLICIES, Policy, described
from claudeflare.tui.dialogs.strategy_trial import StrategyTrial
from claudeflare.tui.live_state import LiveState
from claudeflare.tui.screens.server_screen import ServerScreen
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.policy_list import PolicyList

_REFRESH_SECONDS: Final = 60
"""Of what is kept: the rest of this screen is told by events."""


class StrategyScreen(ServerScreen):
    """A list of policies; Enter tries the one that is marked."""

    NAME = "strategy"
    DEFAULT_CSS = """
    StrategyScreen .note { padding: 0 1; color: $quiet; height: auto; }
    StrategyScreen #about { padding: 0 2; height: auto; }
    StrategyScreen #kept { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._policies: Sequence[Policy] = POLICIES
        self._asked = False
        self._age = 0

    def body(self) -> ComposeResult:
        yield Static("Which account takes a request. Running requests stay where they are.", classes="note")
        yield PolicyList()
        yield Static(id="about")
        yield Static(id="kept", classes="note", markup=False)

    def show(self, state: LiveState) -> None:
        """Show which one is in force; what the server offers is asked for once there is a connection."""
        if state.fetched and not self._asked and self.ui.link.lost is None:
            self._ask()
        self._show_policies(state.strategy)

    def tick(self) -> None:
        super().tick()
        self._age += 1
        if self._age >= _REFRESH_SECONDS and self.ui.link.lost is None:
            self._ask()

    def on_resize(self, event: Resize) -> None:
        self._show_policies(self.state.strategy)

    def _ask(self) -> None:
        self._asked, self._age = True, 0
        self.ask(lambda client: client.strategies(), self._offered, group="strategies", exclusive=True)
        self.ask(lambda client: client.retention(), self._show_kept, group="retention", exclusive=True)

    def _offered(self, names: list[str]) -> None:
        self._policies = described(names)
        self._show_policies(self.state.strategy)

    def _show_policies(self, current: str | None) -> None:
        self.query_one(PolicyList).show(self._policies, current, self.size.width)

    def _show_kept(self, kept: Retention) -> None:
        limit, stored = size(kept["payloadMaxBytes"]), size(kept["payloadStoredBytes"])
        days = f"records {count_of(kept['requestDays'], 'day')}, bodies {count_of(kept['payloadDays'], 'day')}"
        words = f"Kept: {days} and up to {limit} ({stored} now)."
        self.query_one("#kept", Static).update(words)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        policy = self._policies[event.option_index]
        about = Text()
        for name, words in (("Good for   ", policy.good_for), ("It costs   ", policy.price)):
            if words:
                about.append(("\n" if about else "") + name, "dim")
                about.append(words)
        self.query_one("#about", Static).update(content(about))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        wanted, current = self._policies[event.option_index].name, self.state.strategy
        if current is None:
            return
        if wanted == current:
            self.tell(f"{current} is in force. Choose another one to compare it with.")
        else:
            self.app.push_screen(StrategyTrial(wanted, current), self._changed)

    def _changed(self, now: str | None) -> None:
        # The screen itself is told by the server's event, as it is when somebody else makes the change.
        if now is not None:
            self.tell(f"Accounts are picked by {now} now.")
