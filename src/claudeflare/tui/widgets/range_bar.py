"""What the analytics are of: the ranges there are, and what is filtered."""

from __future__ import annotations

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from claudeflare.presentation.tables import HEADING, QUIET
from claudeflare.tui.analytics_choice import RANGES, Choice


class RangeBar(Static):
    """One line; a click on a range chooses it."""

    DEFAULT_CSS = """
    RangeBar { height: 1; padding: 0 1; }
    """

    class Chosen(Message):
        """A range was clicked."""

        def __init__(self, chosen: str) -> None:
            super().__init__()
            self.range = chosen

    def show(self, choice: Choice, zone: str, *, is_asking: bool) -> None:
        """`1h 6h 24h …  work · error  cumulative  UTC`."""
        line = Text(no_wrap=True, overflow="ellipsis")
        for name in RANGES:
            line.append(f" {name} ", "bold reverse" if name == choice.range else QUIET)
        line.append("  " + zone, QUIET)
        if choice.is_cumulative:
            line.append("  running total", HEADING)
        if choice.words:
            line.append("  only ", QUIET)
            line.append(choice.words, HEADING)
        if is_asking:
            line.append("  …", QUIET)
        self.update(line)

    def on_click(self, event: Click) -> None:
        at = 0
        for name in RANGES:
            at += len(name) + 2
            if event.get_content_offset_capture(self).x < at:
                self.post_message(self.Chosen(name))
                return
