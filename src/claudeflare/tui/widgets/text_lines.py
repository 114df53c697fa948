"""Text of any length to be read: wrapped, colored where it is JSON, and drawn only where it is in sight."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from claudeflare.presentation.harmless import CONTROL
from claudeflare.presentation.wrapped_text import WrappedText, json_tokens

_LONGEST_COLORED: Final = 20_000
"""Characters of a line; a longer one (an image) is not looked through for each of its rows."""


class TextLines(ScrollView, can_focus=True, inherit_bindings=False):
    """`put` shows a text; everything from its line `json_from` on is colored as JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("pagedown,space", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "End", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--key", "lines--text", "lines--word", "lines--number"}
    DEFAULT_CSS = """
    TextLines { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; }
    TextLines > .lines--key { color: $secondary; }
    TextLines > .lines--text { color: $success; }
    TextLines > .lines--word { color: $primary; }
    TextLines > .lines--number { color: $warning; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._json_from: int | None = None
        self._wrapped = WrappedText("", 80)
        self._colored_row = 0

    def put(self, text: str, json_from: int | None) -> None:
        """Show it from its beginning; `json_from`: the first line that is JSON."""
        self._text, self._json_from = text, json_from
        self._wrap()
        self.scroll_to(y=0, animate=False)

    def render_line(self, y: int) -> Strip:
        """One row."""
        row = round(self.scroll_y) + y
        width = self.scrollable_content_region.width
        if row >= len(self._wrapped):
            return Strip.blank(width, self.rich_style)
        line, start, end = self._wrapped.at(row)
        segments, at = [], start
        if self._json_from is not None and row >= self._colored_row and len(line) <= _LONGEST_COLORED:
            for token_start, token_end, kind in json_tokens(line, start, end):
                segments.append(self._segment(line[at:token_start], None))
                segments.append(self._segment(line[token_start:token_end], kind))
                at = token_end
        segments.append(self._segment(line[at:end], None))
        return Strip(segments).apply_style(self.rich_style).adjust_cell_length(width, self.rich_style)

    def on_resize(self, event: Resize) -> None:
        if self.scrollable_content_region.width != self._wrapped.width:
            self._wrap()

    def _segment(self, text: str, kind: str | None) -> Segment:
        style = Style(color=self.get_component_rich_style(f"lines--{kind}").color) if kind else None
        return Segment(CONTROL.sub("�", text), style)

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        self._wrapped = WrappedText(self._text, width)
        self._colored_row = 0 if self._json_from is None else self._wrapped.row_of_line(self._json_from)
        self.virtual_size = Size(width, len(self._wrapped))
        self.refresh()
