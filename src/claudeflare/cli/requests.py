"""`claudeflare requests`: what was asked, newest first; or, followed, as it ends."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.completed_names import account_names, key_names
from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import console
from claudeflare.presentation.harmless import json_text
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import Request


def requests(
    context: typer.Context,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this account.", autocompletion=account_names)
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Only for this model.")] = None,
    key: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this client key.", autocompletion=key_names)
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="Only those that ended so: success, error, 429, 5xx, truncated, …"),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only since then: 30m, 24h, 7d or 2026-11-22T10:00:00Z.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many; there is no maximum.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print new ones as they end, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """List requests, newest first."""
    filters = {"account": account, "model": model, "clientKey": key, "status": status, "since": since}
    this = invocation(context)

    async def follow_them(client: Client) -> None:
        from claudeflare.client.follow import follow_requests

        await (_print_json_lines if json else _print_lines)(follow_requests(client, filters, limit, this.clock), this)

    async def list_them(client: Client) -> None:
        await (_print_json if json else _print_lines)(client.requests(filters, limit), this)

    call(context, follow_them if follow else list_them, server_only=follow)


async def _print_lines(found: AsyncIterator[Request], this: Invocation) -> None:
    from claudeflare.formatting import day, epoch
    from claudeflare.presentation.request_lines import RequestLines

    out = console()
    lines = RequestLines(out.width, this.zone)
    last_day = day(this.clock(), this.zone)
    none = True
    async for request in found:
        if none:
            out.print(lines.header())
        none = False
        if (its_day := day(epoch(request["timestamp"]) or 0.0, this.zone)) != last_day:
            out.print(its_day, style=QUIET)
            last_day = its_day
        out.print(lines.line(request), no_wrap=True, overflow="ellipsis", crop=True)
    if none:
        out.print("No request matches.")


async def _print_json(found: AsyncIterator[Request], _this: Invocation) -> None:
    """The array the API answers, written while its pages arrive."""
    start = "[\n"
    async for request in found:
        sys.stdout.write(start + json_text(request))
        start = ",\n"
    sys.stdout.write("[]\n" if start == "[\n" else "\n]\n")


async def _print_json_lines(found: AsyncIterator[Request], _this: Invocation) -> None:
    """One object a line: an array that never ends could not be read."""
    async for request in found:
        sys.stdout.write(json_text(request) + "\n")
        sys.stdout.flush()
