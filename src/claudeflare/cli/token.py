"""`claudeflare token [rotate]`: the control token, printed or replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from claudeflare.cli.invocation import invocation

if TYPE_CHECKING:
    from claudeflare.access.control_token import ControlToken
    from claudeflare.home import Home

token = typer.Typer(help="Print the control token, or make a new one.")


@token.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Print the control token: what opens this server's API to its owner. Made at its first use."""
    if context.invoked_subcommand is None:
        typer.echo(_load(context)[0].value)


@token.command()
def rotate(context: typer.Context) -> None:
    """Make a new control token and print it; the old one opens nothing any more."""
    current, home = _load(context)
    asyncio.run(_rotate(current, home))


async def _rotate(current: ControlToken, home: Home) -> None:
    from claudeflare.client.running import server_or_lock

    async with server_or_lock(home) as url:
        typer.echo(current.rotate())
        if url is not None:
            typer.echo(f"The server at {url} takes it once it is restarted; until then the old one holds.", err=True)


def _load(context: typer.Context) -> tuple[ControlToken, Home]:
    from claudeflare.access.control_token import ControlToken
    from claudeflare.home import Home

    settings = invocation(context).load().settings
    home = Home(settings.home)
    home.prepare()
    return ControlToken.load(settings, home.control_token), home
