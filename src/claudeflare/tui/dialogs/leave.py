"""Asks whether the server that was started for this UI goes on without it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from claudeflare.tui.dialogs.dialog import Dialog


class LeaveDialog(Dialog[str]):
    """`keep`, `stop`, or None to go back."""

    TITLE_WORDS = "Keep the server running?"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "choose('keep')", "Keep it running"),
        Binding("s", "choose('stop')", "Stop it"),
    ]

    def questions(self) -> ComposeResult:
        yield Static("It was started with this terminal UI. Clients that point to it need it.")

    def buttons(self) -> ComposeResult:
        yield Button("[u]K[/u]eep it running", id="keep", variant="primary", compact=True)
        yield Button("[u]S[/u]top it", id="stop", compact=True)
        yield Button("Cancel", id="back", compact=True)

    def submit(self) -> None:
        self.end("keep")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id in ("keep", "stop"):
            self.end(event.button.id)

    def action_choose(self, choice: str) -> None:
        self.end(choice)
