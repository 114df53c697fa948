"""`claudeflare statusline`: the line that Claude Code shows below its prompt, and the setting that makes it do so."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from claudeflare.cli.invocation import invocation
from claudeflare.cli.options import Json, Yes
from claudeflare.cli.statusline_output import print_status_line


def statusline(
    context: typer.Context,
    json: Json = False,
    install: Annotated[
        bool, typer.Option("--install", help="Let Claude Code run this: add it to ~/.claude/settings.json.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Print one line for Claude Code's status line: account, what is left of its tightest limit, cost today."""
    this = invocation(context)
    if install:
        from claudeflare.cli.statusline_setup import install_status_line

        install_status_line(this, yes=yes)
    else:
        print_status_line(this, sys.stdin, json=json)
