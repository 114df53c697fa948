"""`claudeflare resume NAME`."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say


def resume(context: typer.Context, name: AccountName) -> None:
    """Use a paused account again."""
    account = call(context, lambda client: client.resume(name))
    say(f"{account['name']} is used again.")
