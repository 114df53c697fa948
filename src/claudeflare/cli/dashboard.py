"""`claudeflare dashboard`: the server's pages in a browser that is signed in by the address it opens; who else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.browser import open_page
from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import JsonOfItsOwn
from claudeflare.cli.output import print_json, say
from claudeflare.errors import InvalidInput, NotFound
from claudeflare.formatting import count_of

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import Json

ALL = "all"


def dashboard(
    context: typer.Context,
    print_url: Annotated[
        bool,
        typer.Option("--print-url", help="Only print the address to open; it works once, within a minute."),
    ] = False,
    sessions: Annotated[bool, typer.Option("--sessions", help="List the browsers that are signed in instead.")] = False,
    sign_out: Annotated[
        str | None, typer.Option(metavar="ID|all", help="Sign this browser out instead, or every one.")
    ] = None,
    json: JsonOfItsOwn = False,
) -> None:
    """Open the dashboard in your browser, signed in."""
    if sum((print_url, sessions, sign_out is not None)) > 1:
        raise InvalidInput("--print-url, --sessions and --sign-out ask for different things: give one of them.")
    if sessions:
        _list(context, json=json)
    elif sign_out is not None:
        _sign_out(context, sign_out, json=json)
    elif json:
        raise InvalidInput("--json goes with --sessions or --sign-out. For the address alone: --print-url.")
    else:
        _open(context, print_url=print_url)


def _open(context: typer.Context, *, print_url: bool) -> None:
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


def _list(context: typer.Context, *, json: bool) -> None:
    found = call(context, lambda client: client.sessions())
    if json:
        print_json(found)
        return
    from claudeflare.presentation.session_lines import session_lines

    this = invocation(context)
    say(*session_lines(found, this.clock(), this.zone))


def _sign_out(context: typer.Context, which: str, *, json: bool) -> None:
    async def work(client: Client) -> list[Json]:
        if which != ALL:
            return [await client.end_session(which)]
        ended = []
        for session in await client.sessions():
            try:
                ended.append(await client.end_session(session["id"]))
            except NotFound:
                # It ended by itself meanwhile, which is what was wanted.
                continue
        return ended

    ended = call(context, work)
    if json:
        print_json(ended)
    else:
        say(f"{count_of(len(ended), 'browser')} signed out." if ended else "No browser is signed in.")
