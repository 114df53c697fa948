"""`claudeflare remove NAME`."""

from __future__ import annotations

import typer

from claudeflare.cli.confirmation import confirm
from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName, Yes
from claudeflare.cli.output import say


def remove(context: typer.Context, name: AccountName, yes: Yes = False) -> None:
    """Remove an account and its credential for good; records of its requests stay."""
    # Two calls: while a person thinks, the data directory must not be kept from a server.
    account = call(context, lambda client: client.account(name))
    confirm(f"Remove the account {account['name']} and its credential for good?", yes=yes)
    call(context, lambda client: client.remove_account(account["name"]))
    say(f"{account['name']} is removed.")
