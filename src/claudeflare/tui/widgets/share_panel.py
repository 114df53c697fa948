"""What figures consist of, and when it is busy: titled parts that are as high as they need to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget


class SharePanel(Widget):
    """A title, and lines made for the width there is, in the color of this panel."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"share--bar"}
    DEFAULT_CSS = """
    SharePanel { height: auto; padding: 0 1; }
    SharePanel > .share--bar { color: $primary; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._made: Callable[[int, Style], Text] | None = None

    def show(self, made: Callable[[int, Style], Text]) -> None:
        """`made` of a width and the color of bars."""
        self._made = made
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are, and an empty one: a grid leaves no room for margins."""
        return len(self._lines(width).plain.split("\n")) + 1

    def render(self) -> Text:
        return self._lines(self.size.width)

    def _lines(self, width: int) -> Text:
        text = Text(self.title, "bold", no_wrap=True, end="")
        if self._made is None:
            return text
        made = self._made(max(1, width), self.get_component_rich_style("share--bar"))
        return Text("\n", no_wrap=True, overflow="ellipsis").join([text, made])
