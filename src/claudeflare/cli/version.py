"""`claudeflare version`."""

from __future__ import annotations

import typer

from claudeflare import __version__


def version() -> None:
    """Print the version."""
    typer.echo(f"claudeflare {__version__}")
