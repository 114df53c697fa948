"""`claudeflare dashboard`: the server's pages in a browser that is signed in by the address it opens."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.browser import open_page
from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.output import say


def dashboard(
    context: typer.Context,
    print_url: Annotated[
        bool,
        typer.Option("--print-url", help="Only print the address to open; it works once, within a minute."),
    ] = False,
) -> None:
    """Open the dashboard in your browser, signed in."""
    this = invocation(context)
    link = call(context, lambda client: client.sign_in_link(), server_only=True)
    # Whoever names a server knows by which address it is reached from here.
    url = this.url.rstrip("/") + link["path"] if this.url else link["url"]
    if print_url:
        typer.echo(url)
    # Its arguments show the code to others on this machine, for the moment until the page has used it up.
    elif open_page(url, this.environ):
        say("The dashboard opens in your browser.")
    else:
        say("No browser could be opened here. This address signs one in, once, within a minute:")
        typer.echo(url)
