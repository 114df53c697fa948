"""`claudeflare reset-stats`."""

from __future__ import annotations

import typer

from claudeflare.cli.confirmation import confirm
from claudeflare.cli.invocation import call
from claudeflare.cli.options import Yes
from claudeflare.cli.output import say


def reset_stats(context: typer.Context, yes: Yes = False) -> None:
    """Count statistics from now on; records of requests stay."""
    confirm("Start the statistics again from now?", yes=yes)
    call(context, lambda client: client.reset_stats())
    say("Statistics count from now.")
