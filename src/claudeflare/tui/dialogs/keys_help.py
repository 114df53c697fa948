"""Every key that does something now, and what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.console import Group
from rich.table import Table
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.screen import Screen
from textual.widgets import Button, Static

from claudeflare.presentation.tables import heading, pairs
from claudeflare.tui.dialogs.dialog import Dialog

_NOT_TOLD: Final = (
    *("switch_mode", "scroll_left", "scroll_right", "page_left", "page_right"),
    *("app.focus_previous", "screen."),
)
"""What actions begin with that are told in one line, or that Textual has for any widget."""


class KeysHelp(Dialog[None]):
    """Of the screen it stands above, then those that work everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q", "back", "Close", show=False)]
    TITLE_WORDS = "Keys"

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        # Asked now: once this stands above, the keys are this dialog's.
        bindings = [one for one in below.active_bindings.values() if one.enabled and _is_told(one.binding)]
        self._here = [one for one in bindings if one.node is not below.app]
        self._everywhere = [one for one in bindings if one.node is below.app]

    def questions(self) -> ComposeResult:
        beside = Table.grid(padding=(0, 3, 0, 0))
        beside.add_row(
            Group(heading("This screen"), pairs(self._rows(self._here))),
            Group(heading("Everywhere"), pairs([("1 … 6", "Screens"), *self._rows(self._everywhere)])),
        )
        yield Static(beside)

    def buttons(self) -> ComposeResult:
        yield Button("Close", id="back", variant="primary", compact=True)

    def submit(self) -> None:
        self.end(None)

    def _rows(self, bindings: Iterable[ActiveBinding]) -> list[tuple[str, str]]:
        """Keys of the same description in one row."""
        keys: dict[str, list[str]] = {}
        for one in bindings:
            keys.setdefault(one.binding.description, []).append(self.app.get_key_display(one.binding))
        return [(" ".join(dict.fromkeys(shown)), words) for words, shown in keys.items()]


def _is_told(binding: Binding) -> bool:
    return bool(binding.description) and not binding.action.startswith(_NOT_TOLD)
