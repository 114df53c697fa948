"""One of a few values in a line: `1×  5×  20×`, chosen by arrow keys or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """`value` is what is chosen."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    Choice:focus { background: $primary 25%; }
    Choice:ansi:focus { background: ansi_default; text-style: underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Before", show=False),
        Binding("right,l,space", "move(1)", "Next", show=False),
    ]
    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice, value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

    def __init__(self, options: Sequence[tuple[str, str]], value: str, *, id: str | None = None) -> None:
        """`options`: values, each with the word for it."""
        super().__init__(id=id)
        self._options = tuple(options)
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        """All of them, the chosen one marked by a shape as well."""
        parts = [
            Content.styled(f"● {word}", "bold") if value == self.value else Content.styled(f"○ {word}", "$quiet")
            for value, word in self._options
        ]
        return Content("   ").join(parts)

    def watch_value(self, value: str) -> None:
        if self.is_mounted:
            self.post_message(self.Changed(self, value))

    def action_move(self, by: int) -> None:
        values = [value for value, _ in self._options]
        self.value = values[(values.index(self.value) + by) % len(values)]

    def on_click(self, event: Click) -> None:
        at = 0
        for value, word in self._options:
            at += len(word) + 5
            if event.x < at:
                self.value = value
                return
