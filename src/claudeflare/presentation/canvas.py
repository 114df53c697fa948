"""Values -> cells of a chart: bars in eighth blocks, lines in braille dots. Pure.

A canvas is rows of cells, the topmost first. What color a series has is the business of who shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
"""How full a cell is, from below."""
LEFT_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
"""The same from the left."""

_BRAILLE: Final = 0x2800
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot of a cell by row and column (Unicode, "Braille Patterns")."""


class Cell(NamedTuple):
    """One character."""

    glyph: str = " "
    series: int | None = None
    """Whose color it has; None: it is empty."""
    behind: int | None = None
    """Whose color the rest of the cell has."""


EMPTY: Final = Cell()

Canvas = list[list[Cell]]


def stacked_bars(columns: Sequence[Sequence[float]], height: int, top: float) -> Canvas:
    """One bar for each column: its values on one another, the first at the bottom. The highest row ends at `top`.

    What is above `top` is cut off. A sum that is not zero shows at least an eighth.
    """
    bars = [_bar(_edges(values, height, top), height) for values in columns]
    return [[bar[row] for bar in bars] for row in range(height)]


def _edges(values: Sequence[float], height: int, top: float) -> list[int]:
    """Where each layer ends, in eighths from the ground."""
    found, reached = [], 0.0
    for value in values:
        reached += max(0.0, value)
        found.append(min(height * 8, round(reached / top * height * 8)) if top > 0 else 0)
    if reached > 0 and top > 0 and found[-1] == 0:
        found[-1] = 1
    return found


def _bar(edges: Sequence[int], height: int) -> list[Cell]:
    return [_bar_cell(edges, floor) for floor in range((height - 1) * 8, -1, -8)]


def _bar_cell(edges: Sequence[int], floor: int) -> Cell:
    """A cell has two colors: of more than two layers in one the two that have most of it are shown."""
    parts = []
    below = 0
    for series, edge in enumerate(edges):
        part = min(edge, floor + 8) - max(below, floor)
        below = max(below, edge)
        if part > 0:
            parts.append((part, series))
    filled = sum(part for part, _ in parts)
    if not parts:
        return EMPTY
    most = sorted(sorted(parts, reverse=True)[:2], key=lambda each: each[1])
    if filled < 8 or len(most) == 1:
        return Cell(EIGHTHS[filled], max(parts)[1])
    (lower, series), (_, behind) = most
    return Cell(EIGHTHS[lower], series, behind)


def lines(series: Sequence[Sequence[float | None]], size: tuple[int, int], low: float, high: float) -> Canvas:
    """One line for each series of as many points, spread over the width of `size` (columns, rows).

    A point that is None is a gap. The last series is drawn over the others; what is outside `low` and `high` runs along
    the edge.
    """
    width, height = size
    bits = [[0] * width for _ in range(height)]
    owner: list[list[int | None]] = [[None] * width for _ in range(height)]
    for number, values in enumerate(series):
        for x, y in _dots_of(values, width * 2, height * 4, low, high):
            bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
            owner[y // 4][x // 2] = number
    return [
        [Cell(chr(_BRAILLE + bit), who) if bit else EMPTY for bit, who in zip(row, whose, strict=True)]
        for row, whose in zip(bits, owner, strict=True)
    ]


def _dots_of(
    values: Sequence[float | None], columns: int, rows: int, low: float, high: float
) -> Iterator[tuple[int, int]]:
    """Points in the middle of their share of the width, joined by straight lines where both ends are known."""
    span = high - low or 1.0
    places = [
        None
        if value is None
        else (
            int((number + 0.5) * columns / len(values)),
            round((high - min(max(value, low), high)) / span * (rows - 1)),
        )
        for number, value in enumerate(values)
    ]
    yield from (place for place in places if place is not None)
    for one, next_one in pairwise(places):
        if one is not None and next_one is not None:
            yield from _straight(one, next_one)


def _straight(one: tuple[int, int], other: tuple[int, int]) -> Iterator[tuple[int, int]]:
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]))
    for step in range(1, steps):
        share = step / steps
        yield round(one[0] + (other[0] - one[0]) * share), round(one[1] + (other[1] - one[1]) * share)


def level_bar(share: float, width: int) -> str:
    """A share, 0 to 1, as a lying bar of so many columns; one that is not zero shows at least an eighth."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0 and width > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return (LEFT_EIGHTHS[8] * full + LEFT_EIGHTHS[rest].strip()).ljust(width)
