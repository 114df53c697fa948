"""`claudeflare clear-limit NAME`."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say
from claudeflare.presentation.standing import standing_words


def clear_limit(context: typer.Context, name: AccountName) -> None:
    """Forget an account's limits and troubles; the API will say which of them still hold."""
    account = call(context, lambda client: client.clear_limit(name))
    this = invocation(context)
    say(f"Limits of {account['name']} are cleared; it is {standing_words(account, this.clock(), this.zone)} now.")
