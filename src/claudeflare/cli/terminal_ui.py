"""`claudeflare` without a command: the terminal UI, on a server that runs already or is started for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.output import say

if TYPE_CHECKING:
    from claudeflare.cli.server_process import ServerProcess
    from claudeflare.client.client import Client
    from claudeflare.tui.app import Left


def open_terminal_ui(context: typer.Context) -> None:
    """Until its user leaves. A server that was started here stays afterwards, unless it is said not to."""
    import asyncio

    from claudeflare.client.connection import Target, find_server

    this = invocation(context)
    if asyncio.run(find_server(Target(this.load(), this.url))) is not None:
        attach(context)
        return
    server = _started(context)
    from claudeflare.tui.app import Left

    if attach(context, asks_about_server=True) is Left.STOP_SERVER:
        say("Stopping the server; requests under way are let to their end.")
        server.stop()
    else:
        say("The server goes on. To look at it again: claudeflare tui. To stop it: claudeflare stop.")


def attach(context: typer.Context, *, asks_about_server: bool = False) -> Left | None:
    """The terminal UI on the server that is meant. Raises Unreachable when none runs."""
    from claudeflare.tui.app import DISTANT_DRAWS_PER_SECOND, DRAWS_PER_SECOND, Surroundings, TerminalUI

    this = invocation(context)
    distant = "SSH_CONNECTION" in this.environ
    around = Surroundings(
        this.clock,
        this.zone,
        asks_about_server,
        draws_per_second=DISTANT_DRAWS_PER_SECOND if distant else DRAWS_PER_SECOND,
        environ=this.environ,
    )

    async def until_left(client: Client) -> Left | None:
        ui = TerminalUI(client, around)
        left = await ui.run_async()
        if ui.return_code:
            raise typer.Exit(ui.return_code)
        return left

    return call(context, until_left, server_only=True)


def _started(context: typer.Context) -> ServerProcess:
    """In a session of its own: neither Ctrl-C nor the end of this terminal ends it under its clients."""
    from claudeflare.cli.server_process import ServerProcess

    environ = {**invocation(context).environ, "CLAUDEFLARE_LOG_FORMAT": "none"}
    environ.pop("LOG_FORMAT", None)
    server = ServerProcess(environ, start_new_session=True)
    server.until_ready()
    return server
