"""The last thing before the terminal: control characters in what is drawn are spelled out."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from claudeflare.presentation.harmless import CONTROL


class HarmlessFilter(LineFilter):
    """Names and messages come from outside. One character takes the place of one, so that nothing moves on the line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """As in the base class. Segments that drive the terminal on purpose stay."""
        return [
            Segment(CONTROL.sub("�", segment.text), segment.style)
            if not segment.control and CONTROL.search(segment.text)
            else segment
            for segment in segments
        ]
