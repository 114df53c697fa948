"""`claudeflare version`."""

from __future__ import annotations

import platform
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

import typer

from claudeflare import __version__
from claudeflare.cli import output
from claudeflare.cli.options import JsonOfItsOwn

ON_EVERY_PATH = "claudeflare.http1.encoding"
"""A module that the compiled build has compiled."""


def version(
    as_json: JsonOfItsOwn = False,
) -> None:
    """Print the version, and whether the compiled build runs."""
    if as_json:
        output.print_json({"version": __version__, "compiled": compiled(), "python": platform.python_version()})
    else:
        typer.echo(f"claudeflare {__version__}{' (compiled)' if compiled() else ''}")


def compiled() -> bool:
    """Whether the compiled build runs."""
    spec = find_spec(ON_EVERY_PATH)
    return spec is not None and spec.origin is not None and spec.origin.endswith(tuple(EXTENSION_SUFFIXES))
