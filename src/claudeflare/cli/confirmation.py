"""Asks before something is gone for good."""

from __future__ import annotations

import sys

import typer

from claudeflare.errors import InvalidInput


def confirm(question: str, *, yes: bool) -> None:
    """Return if the user agrees. Raises InvalidInput where nobody can be asked, and ends the command on a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInput("Nobody can be asked for confirmation here: add --yes if you mean it.")
    if not typer.confirm(question, err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1)
