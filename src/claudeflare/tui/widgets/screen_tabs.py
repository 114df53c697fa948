"""The screens there are, with the key of each."""

from __future__ import annotations

from rich.text import Text
from textual.events import Click
from textual.widgets import Static

NAMES = ("Overview", "Accounts", "Requests", "Analytics", "Logs", "Strategy")


class ScreenTabs(Static):
    """One line; a click on a name leads there."""

    DEFAULT_CSS = """
    ScreenTabs { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def render(self) -> Text:
        """`1 Overview  2 Accounts …`, shorter where the terminal is narrow."""
        line = Text(no_wrap=True, overflow="ellipsis")
        for number, name in enumerate(NAMES, 1):
            here = name.lower() == self._current
            line.append(f" {number} ", "bold reverse" if here else "bold")
            line.append(f"{name} ", "reverse" if here else "")
            line.append(" ")
        return line

    def on_click(self, event: Click) -> None:
        """Switch to the screen whose name is there."""
        at = 0
        for name in NAMES:
            at += len(name) + 5
            if event.get_content_offset_capture(self).x < at:
                self.app.switch_mode(name.lower())
                return
