"""What commands print: tables and lines for people on the terminal, nothing but data with `--json`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from claudeflare.cli.harmless import json_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

HEADING = "bold"
QUIET = "dim"


def console(*, error: bool = False) -> Console:
    """Standard output, or standard error. Colour follows the terminal and NO_COLOR; the width is 80 where it is none.

    Names and messages come from outside: nothing in them is markup or drives the terminal, and nothing is coloured by
    guessing.
    """
    from claudeflare.cli.harmless_console import HarmlessConsole

    return HarmlessConsole(stderr=error, markup=False, highlight=False, emoji=False)


def say(*parts: RenderableType) -> None:
    """Print for a person."""
    out = console()
    for part in parts:
        out.print(part)


def fail(message: str) -> None:
    """Say what went wrong, on standard error."""
    console(error=True).print(message, style="red", soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a route's answer as it is."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """A table without lines; columns named in `right` are figures."""
    from rich.table import Table

    grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=QUIET)
    rights = frozenset(right)
    for column in columns:
        figures = column in rights
        grid.add_column(column, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    return grid


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names on the left, values on the right."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid
