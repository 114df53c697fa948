"""A terminal that no text from outside can drive: whatever is printed, control characters in it are spelled out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from claudeflare.presentation.harmless import CONTROL, harmless


class HarmlessConsole(Console):
    """Rich's own strips only some control characters, and ESC is not among them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As in the base class. What that sends to move the cursor is marked as such and stays."""
        for segment in super().render(renderable, options):
            if segment.control or not CONTROL.search(segment.text):
                yield segment
            else:
                yield Segment(harmless(segment.text), segment.style)
