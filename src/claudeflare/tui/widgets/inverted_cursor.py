"""The cursor of a list where there are sixteen colors: its whole row inverted."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

_INVERTED = Style(reverse=True)
_BLOCKS = frozenset("▏▎▍▌▋▊▉█")


class InvertedCursor(OptionList):
    """Textual leaves `text-style: reverse` out of what it makes of the rules for options; so it is done here."""

    def render_line(self, y: int) -> Strip:
        """As in the base class."""
        strip = super().render_line(y)
        number = self.scroll_offset.y + y
        if not (self.app.native_ansi_color and self.has_focus) or number >= len(self._lines):
            return strip
        if self._lines[number][0] != self.highlighted:
            return strip
        return Strip([_inverted(segment) for segment in strip], strip.cell_length)


def _inverted(segment: Segment) -> Segment:
    """A bar stays: its other half would be what is seen."""
    if not _BLOCKS.isdisjoint(segment.text):
        return segment
    return Segment(segment.text, (segment.style or Style()) + _INVERTED, segment.control)
