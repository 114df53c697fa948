"""Rich text of `presentation` -> Textual content in the theme's colors, whichever theme that is when it is drawn."""

from __future__ import annotations

from typing import Final

from rich.text import Text
from textual.content import Content, Span

_VARIABLES: Final = {
    "green": "$success",
    "yellow": "$warning",
    "red": "$error",
    "dim": "$quiet",
    "bright_black": "$quiet",
    "blue": "$secondary",
    "cyan": "$foreground",
    "magenta": "$primary",
}


def content(text: Text) -> Content:
    """The same text; colors stay names until it is drawn, so that another theme changes what stands already."""
    spans = [Span(span.start, span.end, themed(str(span.style))) for span in text.spans]
    if text.style:
        spans.insert(0, Span(0, len(text.plain), themed(str(text.style))))
    return Content(text.plain, spans)


def themed(style: str) -> str:
    """A style of rich's with the theme's variables for its colors."""
    return " ".join(_VARIABLES.get(word, word) for word in style.split())
