"""Asks what the analytics shall count: accounts, models, client keys, a status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from claudeflare.tui.analytics_choice import KINDS, Filter
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.widgets.inverted_cursor import InvertedCursor

_NAMES: Final = {"accounts": "account", "models": "model", "keys": "key", "status": "status"}
_MOST_LINES: Final = 14


class AnalyticsFilters(Dialog[frozenset[Filter]]):
    """The filters that are chosen, or None to go back."""

    TITLE_WORDS = "Count only"
    DEFAULT_CSS = f"""
    AnalyticsFilters OptionList {{ height: auto; max-height: {_MOST_LINES}; padding: 0; background: $surface; }}
    AnalyticsFilters OptionList, AnalyticsFilters OptionList:focus {{ border: none; }}
    AnalyticsFilters OptionList:focus > .option-list--option-highlighted {{
        background: $primary 20%; color: $foreground; text-style: none;
    }}
    AnalyticsFilters OptionList:ansi:focus > .option-list--option-highlighted {{
        background: ansi_default; color: ansi_default; text-style: none;
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", priority=True),
        Binding("space", "mark", "Mark", show=False),
        Binding("x", "clear", "Clear"),
        Binding("j", "move(1)", "Down", show=False),
        Binding("k", "move(-1)", "Up", show=False),
    ]

    def __init__(self, offered: Iterable[Filter], chosen: Iterable[Filter]) -> None:
        """`chosen` may hold what is no longer offered; it is shown all the same, to be taken away."""
        super().__init__()
        self._chosen = frozenset(chosen)
        offered = [*offered]
        missing = sorted(self._chosen.difference(offered))
        self._offered = sorted([*offered, *missing], key=lambda each: KINDS.index(each.kind))

    def questions(self) -> ComposeResult:
        yield Static("Space marks. Where nothing of a kind is marked, all of it counts.", classes="note")
        yield InvertedCursor(*(Option(self._words(each)) for each in self._offered))

    def buttons(self) -> ComposeResult:
        yield Button("Apply", id="submit", variant="primary", compact=True)
        yield Button("Clear", id="clear", compact=True)
        yield Button("Cancel", id="back", compact=True)

    def on_mount(self) -> None:
        self._list.focus()

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By the mouse, as space does it."""
        self._toggle(self._offered[event.option_index])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "clear":
            self.action_clear()

    def _toggle(self, one: Filter) -> None:
        """Of statuses there is one: the API takes no more."""
        others = {each for each in self._chosen if one.kind == "status" == each.kind}
        self._chosen = self._chosen - {one} if one in self._chosen else (self._chosen - others) | {one}
        for number, each in enumerate(self._offered):
            self._list.replace_option_prompt_at_index(number, self._words(each))

    def _words(self, one: Filter) -> Text:
        mark = "[x] " if one in self._chosen else "[ ] "
        return Text.assemble((mark, "bold"), (f"{_NAMES[one.kind]:8}", "dim"), one.label)

    def submit(self) -> None:
        self.end(self._chosen)

    def action_apply(self) -> None:
        """Enter presses the button that has the focus, and applies from anywhere else."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self.submit()

    def action_mark(self) -> None:
        if self._list.highlighted is not None:
            self._toggle(self._offered[self._list.highlighted])

    def action_clear(self) -> None:
        self.end(frozenset())

    def action_move(self, step: int) -> None:
        (self._list.action_cursor_down if step > 0 else self._list.action_cursor_up)()
