"""`claudeflare pause NAME`."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say


def pause(context: typer.Context, name: AccountName) -> None:
    """Send an account no further requests; running ones end normally."""
    account = call(context, lambda client: client.pause(name))
    say(f"{account['name']} is paused.")
