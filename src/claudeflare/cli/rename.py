"""`claudeflare rename NAME NEW`."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say


def rename(
    context: typer.Context,
    name: AccountName,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)],
) -> None:
    """Give an account another name; its records stay with it."""
    account = call(context, lambda client: client.rename(name, new))
    say(f"{name} is called {account['name']} now.")
