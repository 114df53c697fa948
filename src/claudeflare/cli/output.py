"""What commands print: lines for people on the terminal, nothing but data with `--json`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from claudeflare.presentation.harmless import json_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def console(*, error: bool = False) -> Console:
    """Standard output, or standard error. Colour follows the terminal and NO_COLOR; the width is 80 where it is none.

    Names and messages come from outside: nothing in them is markup or drives the terminal, and nothing is coloured by
    guessing.
    """
    from claudeflare.presentation.harmless_console import HarmlessConsole

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
