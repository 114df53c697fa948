"""`claudeflare export`: records, with their bodies if wanted, for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claudeflare.cli.completed_names import account_names
from claudeflare.cli.export_file import export_file
from claudeflare.cli.export_rows import JsonLines, Rows, Table
from claudeflare.cli.invocation import call
from claudeflare.cli.output import console
from claudeflare.errors import NotFound
from claudeflare.formatting import count_of

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import Payload

Format = Literal["jsonl", "csv"]


def export(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only since then: 30m, 24h, 7d or 2026-11-22T10:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only before then.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this account.", autocompletion=account_names)
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Only for this model.")] = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="Only those that ended so: success, error, 429, 5xx, …")
    ] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="With what was sent and answered, if kept.")] = False,
    format: Annotated[Format, typer.Option(help="One JSON object a line, or a table.")] = "jsonl",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file, which appears when it is complete.")
    ] = None,
) -> None:
    """Write out the records of requests for other programs, newest first, however many there are."""
    filters = {"account": account, "model": model, "status": status, "since": since, "until": until}

    async def written(client: Client) -> int:
        count = 0
        with export_file(output) as file, _progress() as show:
            rows: Rows = (JsonLines if format == "jsonl" else Table)(file, bodies=bodies)
            async for request in client.requests(filters):
                rows.write(request, await _payload(client, request["id"]) if bodies else None)
                count += 1
                show(count)
        return count

    count = call(context, written)
    if output is not None:
        console(error=True).print(f"{count_of(count, 'request')} written to {output}.", soft_wrap=True)


async def _payload(client: Client, request_id: str) -> Payload | None:
    try:
        return await client.payload(request_id)
    except NotFound:
        return None


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal; it is told how many there are by now.

    It moves without an end: nobody has counted what a filter finds, and to count it takes as long as to read it.
    """
    err = console(error=True)
    if not err.is_terminal:
        yield lambda _count: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Exporting"), BarColumn(), TextColumn("{task.completed:,.0f} requests"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda count: progress.update(task, completed=count)
