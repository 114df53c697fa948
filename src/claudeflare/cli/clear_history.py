"""`claudeflare clear-history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from claudeflare.cli.confirmation import confirm
from claudeflare.cli.invocation import call
from claudeflare.cli.options import Yes
from claudeflare.cli.output import console, say
from claudeflare.formatting import count_of

if TYPE_CHECKING:
    from claudeflare.client.client import Client


def clear_history(context: typer.Context, yes: Yes = False) -> None:
    """Delete the records and bodies of all requests so far, and so the statistics; accounts and settings stay."""
    confirm("Delete the records of all requests so far for good?", yes=yes)
    say(f"{count_of(call(context, _clear), 'record')} deleted.")


async def _clear(client: Client) -> int:
    deleted = 0
    with console(error=True).status("Deleting records …") as shown:
        async for deleted in client.clear_history():
            shown.update(f"{count_of(deleted, 'record')} deleted …")
    return deleted
