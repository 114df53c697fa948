"""One line above the list of requests: what is running, what the list is narrowed to, and what came meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from claudeflare.client.resources import Json
from claudeflare.formatting import countdown, epoch
from claudeflare.presentation.request_lines import short_model

_NAMED: Final = 3
"""Running requests that are named; of more, the number."""
FILTER_WORDS: Final = {
    "text": "text",
    "account": "account",
    "model": "model",
    "clientKey": "key",
    "status": "status",
    "session": "session",
    "since": "since",
}
"""Query parameter -> what people call it."""


class RequestBar(Static):
    """Left: running and filters. Right: whether new ones enter by themselves."""

    DEFAULT_CSS = """
    RequestBar { height: 1; padding: 0 1; background: $surface; }
    """

    class NewestWanted(Message):
        """The words about new requests were clicked."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._right = 0

    def show(self, left: Content, right: Content) -> None:
        """Put words at either end; where there is no room, the left ones are cut."""
        width = self.content_size.width or self.app.size.width - 2
        self._right = right.cell_length
        left = left.truncate(max(0, width - self._right - 1), ellipsis=True)
        blank = max(1, width - left.cell_length - self._right)
        line = Content.assemble(left, " " * blank, right)
        if self.content != line:
            self.update(line, layout=False)

    def on_click(self, event: Click) -> None:
        if event.get_content_offset_capture(self).x >= self.content_size.width - self._right:
            self.post_message(self.NewestWanted())


def left_words(running: Sequence[Json], filters: Mapping[str, str], now: float) -> Content:
    """`▸ 2 running: opus-5 12 s, haiku-4-5 1 s   account work, status 429 (x: all)`."""
    parts: list[Content | tuple[str, str]] = []
    if running:
        named = ", ".join(f"{short_model(each['model'])} {_age(each, now)}" for each in running[:_NAMED])
        more = "" if len(running) <= _NAMED else ", …"
        parts += [("▸ ", "$primary"), (f"{len(running)} running: ", ""), (named + more, "$quiet"), ("   ", "")]
    if filters:
        words = ", ".join(f"{FILTER_WORDS.get(name, name)} {value}" for name, value in filters.items())
        parts += [("Only ", "$quiet"), (words, "bold"), ("  (x: all)", "$quiet")]
    if not parts:
        parts = [("All requests, newest first", "$quiet")]
    return Content.assemble(*parts)


def right_words(waiting: int, *, following: bool) -> Content:
    """`12 new ↑`, or whether they enter by themselves."""
    if waiting:
        return Content.styled(f" {waiting:,} new ↑ ", "bold $primary reverse")
    return Content.styled("● live", "$success") if following else Content.styled("‖ held (f: follow)", "$warning")


def _age(opened: Json, now: float) -> str:
    return countdown(max(0.0, now - (epoch(opened["timestamp"]) or now)))
