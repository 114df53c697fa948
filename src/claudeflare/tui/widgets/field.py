"""A name with what is to be filled in beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label


class Field(Horizontal):
    """One line of a form."""

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > Label { width: 17; color: $quiet; }
    Field > Input { width: 1fr; background: $panel; }
    Field > Input:focus { background: $primary 20%; background-tint: transparent; }
    Field > Input:ansi { background: ansi_default; text-style: underline; }
    """

    def __init__(self, name: str, widget: Widget) -> None:
        super().__init__()
        self._name_words = name
        self._widget = widget

    def compose(self) -> ComposeResult:
        yield Label(self._name_words, markup=False)
        yield self._widget


def text_field(name: str, id: str, value: str = "", hint: str = "") -> Field:
    """A line of text."""
    return Field(name, Input(value, placeholder=hint, id=id, compact=True))


def secret_field(name: str, id: str, value: str = "", hint: str = "") -> Field:
    """A line that is not shown."""
    return Field(name, Input(value, placeholder=hint, id=id, password=True, compact=True))
