"""Tables and styles of everything that is shown in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

HEADING = "bold"
QUIET = "dim"


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """A table without lines; columns named in `right` are figures."""
    from rich.table import Table

    grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=QUIET)
    rights = frozenset(right)
    for column in columns:
        figures = column in rights
        grid.add_column(column, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    return grid


def heading(text: str) -> Text:
    """What stands above a part."""
    from rich.text import Text

    return Text(text, HEADING)


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names on the left, values on the right."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid
