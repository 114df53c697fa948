"""`claudeflare serve`: the server, until it is told to stop."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.completed_names import strategy_names
from claudeflare.cli.invocation import invocation


def serve(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Public port; 0 picks a free one, 8080 is the default.")
    ] = None,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Public address; 127.0.0.1 by default.")] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Gateway processes; 1 by default.")] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Picks the account: session (the default), round-robin, least-requests, weighted or headroom.",
            autocompletion=strategy_names,
        ),
    ] = None,
) -> None:
    """Run the server. Prints one line, "listening on http://…", when it is ready; Ctrl-C ends it."""
    loaded = invocation(context).load(port=port, host=host, workers=workers, lb_strategy=strategy)
    from claudeflare.supervisor.serve import serve as run

    raise typer.Exit(run(loaded.settings, loaded.sources))
