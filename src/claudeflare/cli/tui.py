"""`claudeflare tui`: the terminal UI, attached to a server that runs somewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.invocation import invocation
from claudeflare.cli.terminal_ui import attach


def tui(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The server. Default: this machine's own.")] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN", help="Its control token; others on this machine can see it here: prefer CLAUDEFLARE_TOKEN."
        ),
    ] = None,
) -> None:
    """Open the terminal UI on a running server, here or elsewhere. `q` leaves it; the server goes on."""
    this = invocation(context)
    this.url, this.token = url or this.url, token or this.token
    attach(context)
