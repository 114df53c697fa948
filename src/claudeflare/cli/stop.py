"""`claudeflare stop`: ends the server of this data directory."""

from __future__ import annotations

import os
import signal

import typer

from claudeflare.cli.data_directory import own_directory
from claudeflare.cli.output import console, say
from claudeflare.errors import Unreachable


def stop(context: typer.Context) -> None:
    """Stop the server of this data directory. Requests under way are let to their end."""
    from claudeflare.client.running import server_process, wait_for_server
    from claudeflare.home import Home

    home = Home(own_directory(context).load().settings.home)
    pid = server_process(home)
    if pid is None:
        say("No server is running.")
        return
    try:
        os.kill(pid, signal.SIGTERM)
    except PermissionError as error:
        raise Unreachable(f"The server's process {pid} belongs to another user: stop it as that user.") from error
    with console(error=True).status("Waiting for requests under way to end"):
        wait_for_server(home)
    say("The server has stopped.")
