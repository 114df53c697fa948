"""`claudeflare list`: every account, one line each."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import print_json, say
from claudeflare.formatting import ago, epoch
from claudeflare.presentation.standing import sentence, standing
from claudeflare.presentation.tables import table


def list_accounts(context: typer.Context, json: Json = False) -> None:
    """List the accounts and how they stand."""
    accounts = call(context, lambda client: client.accounts())
    if json:
        print_json(accounts)
        return
    this = invocation(context)
    now = this.clock()
    if not accounts:
        say(sentence(accounts, now, this.zone))
        return
    grid = table("Name", "Mode", "Tier", "Prio", "State", "Requests", "Last used", right=("Tier", "Prio", "Requests"))
    for account in accounts:
        grid.add_row(
            account["name"],
            account["mode"],
            str(account["tier"]),
            str(account["priority"]),
            standing(account, now, this.zone),
            f"{account['requestCount']:,}",
            ago(epoch(account["lastUsed"]), now, this.zone) if account["lastUsed"] else "never",
        )
    say(grid)
