"""`claudeflare run -- CMD …`: a client that speaks to Claudeflare, without its owner setting anything."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Final, NoReturn
from urllib.parse import urlsplit

import typer

from claudeflare.cli.invocation import Invocation, invocation
from claudeflare.cli.output import fail
from claudeflare.errors import Unreachable

if TYPE_CHECKING:
    from claudeflare.client.resources import Json

PLACEHOLDER: Final = "claudeflare"
"""Stands for a credential: it opens nothing, and the gateway puts the account's own in its place."""

_PROXIES: Final = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit statuses of shells for a command that is not there, or cannot be run."""


def run(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(metavar="-- CMD …", help="The client and its arguments.")],
    start: Annotated[
        bool, typer.Option("--start", help="If no server runs, run one on a free port until the client ends.")
    ] = False,
) -> None:
    """Run a client with ANTHROPIC_BASE_URL set to the server. Its exit status is this command's."""
    import asyncio

    this = invocation(context)
    _refuse_missing(command[0], this.environ)
    found = asyncio.run(_server(this))
    if found is not None:
        _replace_this_process(command, client_environment(this.environ, command[0], *found))
    if not start:
        from claudeflare.client.connection import NO_SERVER

        raise Unreachable(f"{NO_SERVER} With --start, one runs for as long as the client does.")
    raise typer.Exit(_run_beside_server(this, command))


def client_environment(environ: Mapping[str, str], program: str, url: str, health: Json) -> dict[str, str]:
    """What the client finds: the server's URL and, if it would refuse to start without a credential, a placeholder.

    Clients look for a credential before they ask anybody. One the user has set stays, an empty one included; and with
    no account configured none is made up, because then the client's own is what the API is sent.
    """
    added = {"ANTHROPIC_BASE_URL": url} | _not_through_proxy(environ, url)
    has_own = "ANTHROPIC_API_KEY" in environ or "ANTHROPIC_AUTH_TOKEN" in environ
    if not has_own and health["accounts"]["configured"]:
        # Claude Code asks before it uses an API key from its environment, but not before a token.
        token = PurePath(program).name == "claude"
        added["ANTHROPIC_AUTH_TOKEN" if token else "ANTHROPIC_API_KEY"] = PLACEHOLDER
    return {**environ, **added}


def _not_through_proxy(environ: Mapping[str, str], url: str) -> dict[str, str]:
    """A proxy for the outside world cannot reach this machine's loopback: say so to clients that would ask it."""
    from claudeflare.client.connection import is_loopback

    host = urlsplit(url).hostname or ""
    if not is_loopback(host) or not any(
        environ.get(name) for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    ):
        return {}
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    return dict.fromkeys(("NO_PROXY", "no_proxy"), f"{excepted},{host}" if excepted else host)


async def _server(this: Invocation) -> tuple[str, Json] | None:
    """The running server's URL and health; None when none runs. Raises Unreachable when it does not answer."""
    from claudeflare.client.connection import Target, connect_unauthorized, find_server

    url = await find_server(Target(this.load(), this.url))
    if url is None:
        return None
    async with connect_unauthorized(url) as client:
        health = await client.health()
    if "configured" not in health.get("accounts", {}):
        raise Unreachable(f"{url} answers, but not as a Claudeflare server; check the URL.")
    return url, health


def _refuse_missing(program: str, environ: Mapping[str, str]) -> None:
    """Before a server is started for it."""
    if shutil.which(program, path=environ.get("PATH")) is not None:
        return
    there = os.sep in program and os.path.exists(program)
    fail(f"{program} cannot be run: it is not executable." if there else f"{program} is not found; is it installed?")
    raise typer.Exit(NOT_EXECUTABLE if there else NOT_FOUND)


def _replace_this_process(command: list[str], environ: dict[str, str]) -> NoReturn:
    """Nothing is left to do here, so the client gets this process: its terminal, its signals, its exit status."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(command[0], command, environ)  # noqa: S606  # no shell is what is wanted
    except OSError as error:
        fail(f"{command[0]} cannot be run: {error.strerror}.")
        raise typer.Exit(NOT_EXECUTABLE) from None


def _run_beside_server(this: Invocation, command: list[str]) -> int:
    import asyncio

    from claudeflare.cli.passing_server import passing_server, run_attended

    with passing_server(this.environ) as url:
        found = asyncio.run(_server(Invocation(environ=this.environ, url=url)))
        assert found is not None, "a server that is named is found"
        return run_attended(command, client_environment(this.environ, command[0], *found))
