"""What a terminal shows, as a picture (SVG) that needs nothing from anywhere and is the same every time."""

from __future__ import annotations

import html
import io
import re
import xml.etree.ElementTree as ElementTree
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.text import Text

from claudeflare.tui.themes import DARK, sixteen

FONTS: Final = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_NAMES_OF_OURS: Final = re.compile(r"\bterminal-\d+")
"""Of classes and clips: Rich makes them of all that was printed, and marks for the mouse are not the same twice."""
_TEXT: Final = re.compile(
    r'<text class="(t-r\d+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>([^<]*)</text>'
)
_BLOCKS: Final = "▏▎▍▌▋▊▉█▁▂▃▄▅▆▇"
"""Those that grow from the left, in eighths; then those that grow from below."""
_WIDTH, _HEIGHT, _DESCENT = 12.2, 24.4, 5.9
"""Of a cell, and how far it goes below the line that letters stand on, as Rich lays them out."""


def portable(svg: str) -> str:
    """Rich's picture without the fonts that it would fetch; bars of block characters without gaps between them."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace;", f"font-family: {FONTS};")
    svg = svg.replace("font-family: arial;", "font-family: system-ui, sans-serif;")
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r" +$", "", _NAMES_OF_OURS.sub("t", svg), flags=re.MULTILINE)
    return _TEXT.sub(_drawn, svg)


def _drawn(text: re.Match[str]) -> str:
    """A piece of text with its blocks as rectangles: fonts leave gaps between them."""
    name, left, below, length, rest, written = text.groups()
    letters = html.unescape(written)
    if not any(letter in _BLOCKS for letter in letters):
        return text[0].replace("<text ", '<text lengthAdjust="spacingAndGlyphs" ')
    shapes, at = [], 0
    for letter, group in groupby(letters):
        count = len(list(group))
        if letter in _BLOCKS:
            shapes += _rectangles(name, letter, float(left) + at * _WIDTH, float(below) + _DESCENT, count)
        at += count
    # The letters stay, for whoever copies them or has them read aloud.
    kept = f'<text class="{name}" x="{left}" y="{below}" textLength="{length}"{rest}>{_hidden_blocks(letters)}</text>'
    return "".join([*shapes, kept])


def _hidden_blocks(letters: str) -> str:
    """Letters with their blocks invisible."""
    runs = re.sub(f"[{_BLOCKS}]+", lambda run: f"\0{run[0]}\1", letters)
    return html.escape(runs).replace("\0", '<tspan fill-opacity="0">').replace("\1", "</tspan>")


def _rectangles(name: str, letter: str, left: float, below: float, count: int) -> list[str]:
    """One for all that touch each other."""
    eighths = _BLOCKS.index(letter) + 1
    if eighths < 8:
        shapes = [(left + index * _WIDTH, eighths * _WIDTH / 8, _HEIGHT) for index in range(count)]
    else:
        shapes = [(left, count * _WIDTH, _HEIGHT if eighths == 8 else (eighths - 8) * _HEIGHT / 8)]
    return [
        f'<rect class="{name}" x="{x:g}" y="{below - height:g}" width="{width:g}" height="{height:g}"'
        ' shape-rendering="crispEdges"/>'
        for x, width, height in shapes
    ]


def output_picture(typed: str, printed: str, columns: int) -> str:
    """A terminal of so many columns after a command; `printed` has its colors as escape sequences."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=columns,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(Text.assemble(("$ ", f"bold {DARK.primary}"), (typed, "bold")))
    console.print(Text.from_ansi(printed.rstrip("\n")), soft_wrap=True)
    return portable(console.export_svg(title="", theme=sixteen(DARK)))


def text_of(svg: str) -> str:
    """The text of such a picture, line by line."""
    lines: dict[str, list[str]] = {}
    for element in ElementTree.fromstring(svg).iter():
        if element.tag.endswith("}text"):
            lines.setdefault(element.get("y", ""), []).append(
                "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ")
            )
    return "\n".join(" ".join(parts).strip() for parts in lines.values())


def figureless(text: str) -> str:
    """A text without its figures, their units, and the room they take."""
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.,:]*( ?[kMG]?B| ?m?s)?", "0", text))
