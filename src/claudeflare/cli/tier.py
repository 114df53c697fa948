"""`claudeflare tier NAME N`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say

Tier = Literal["1", "5", "20"]
"""Relative capacity, as command line words."""


def tier(
    context: typer.Context,
    name: AccountName,
    tier: Annotated[Tier, typer.Argument(metavar="1|5|20", help="Its relative capacity.", show_default=False)],
) -> None:
    """Change an account's relative capacity."""
    account = call(context, lambda client: client.set_tier(name, int(tier)))
    say(f"{account['name']} is of tier {account['tier']} now.")
