"""`claudeflare strategy [NAME]`: show or set the policy that picks the account."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.completed_names import strategy_names
from claudeflare.cli.invocation import call
from claudeflare.cli.options import Json
from claudeflare.cli.output import print_json, say


def strategy(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="The policy to use from now on: session, round-robin, least-requests, weighted or headroom.",
            show_default=False,
            autocompletion=strategy_names,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show the policy that picks the account for a request, or set it."""
    answer = call(context, lambda client: client.strategy() if name is None else client.set_strategy(name))
    if json:
        print_json(answer)
    else:
        say(answer["strategy"] if name is None else f"Accounts are picked by {answer['strategy']} now.")
