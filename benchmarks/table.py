"""Lays figures out in columns under grouped headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Column:
    """One column; neighbours of the same group share a heading. Figures stand right, the first column left."""

    group: str
    heading: str
    width: int
    places: int = 0
    """Digits behind the point."""


def lay_out(columns: Sequence[Column], rows: Sequence[Sequence[str | float]]) -> str:
    """Headings and one line a row."""
    headings = [column.heading for column in columns]
    groups = []
    for title, grouped in groupby(columns, key=lambda column: column.group):
        members = list(grouped)
        groups.append(title.center(sum(column.width for column in members) + len(members) - 1))
    return "\n".join([" ".join(groups).rstrip(), *(_line(columns, row) for row in (headings, *rows))])


def _line(columns: Sequence[Column], cells: Sequence[str | float]) -> str:
    texts: list[str] = []
    for column, cell in zip(columns, cells, strict=True):
        text = cell if isinstance(cell, str) else f"{cell:.{column.places}f}"
        texts.append(text.rjust(column.width) if texts else text.ljust(column.width))
    return " ".join(texts).rstrip()
