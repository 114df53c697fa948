"""Asks for one line of text, does something with it, and says in place when that does not work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.widgets import Input, Static

from claudeflare.client.client import Client
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.widgets.field import text_field

T = TypeVar("T")


class PromptDialog(Dialog[T], Generic[T]):
    """Ends with what the server answered."""

    ACTION = "Save"

    def __init__(self, title: str, label: str, value: str, save: Callable[[Client, str], Awaitable[T]]) -> None:
        super().__init__()
        self._heading = title
        self._label = label
        self._value = value
        self._save = save

    @property
    def heading(self) -> str:
        return self._heading

    def questions(self) -> ComposeResult:
        yield Static()
        yield text_field(self._label, "value", self._value)

    def submit(self) -> None:
        value = self.query_one("#value", Input).value.strip()
        self.attempt(lambda client: self._save(client, value), self.end)
