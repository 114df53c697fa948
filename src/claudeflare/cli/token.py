"""`claudeflare token [rotate]`: the control token, printed or replaced."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.formatting import count_of

token = typer.Typer(help="Print the control token, or make a new one.")


@token.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Print the control token: what opens this server's API to its owner. Made at its first use."""
    if context.invoked_subcommand is None:
        from claudeflare.access.control_token import ControlToken
        from claudeflare.home import Home

        settings = invocation(context).load().settings
        home = Home(settings.home)
        home.prepare()
        typer.echo(ControlToken.load(settings, home.control_token).value)


@token.command()
def rotate(context: typer.Context) -> None:
    """Make a new control token and print it; the old one opens nothing any more, and browsers are signed out."""
    made = call(context, lambda client: client.rotate_token())
    typer.echo(made["token"])
    if made["sessionsEnded"]:
        typer.echo(f"{count_of(made['sessionsEnded'], 'browser')} signed out.", err=True)
