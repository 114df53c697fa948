"""Asks before something is done that cannot be undone, or that changes what runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Button, Input, Static
from textual.widgets.button import ButtonVariant

from claudeflare.tui.dialogs.dialog import Dialog

YES: Final = "yes"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    title: str
    text: str
    action: str
    """The verb on the button."""
    typed: str | None = None
    """What has to be typed to mean it."""
    destroys: bool = True
    other: str | None = None
    """What may be done instead, on a button of its own."""


class ConfirmDialog(Dialog[str]):
    """`YES`, `OTHER`, or None for neither."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    @property
    def heading(self) -> str:
        return self._question.title

    def questions(self) -> ComposeResult:
        yield Static(self._question.text, markup=False)
        if self._question.typed is not None:
            yield Static(f"\nType {self._question.typed} to go on:", classes="note", markup=False)
            yield Input(id="typed", compact=True)

    def buttons(self) -> ComposeResult:
        look: ButtonVariant = "error" if self._question.destroys else "primary"
        yield Button(self._question.action, id="submit", variant=look, compact=True)
        if self._question.other is not None:
            yield Button(self._question.other, id="other", compact=True)
        yield Button("Cancel", id="back", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Beside what the base class does, whose handler is called as well."""
        if event.button.id == "other":
            self.end(OTHER)

    def submit(self) -> None:
        typed = self._question.typed
        if typed is not None and self.query_one("#typed", Input).value.strip() != typed:
            self.say_problem(f"That is not {typed}. Nothing was changed.")
        else:
            self.end(YES)
