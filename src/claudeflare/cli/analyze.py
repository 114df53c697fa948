"""`claudeflare analyze`: where the space of the databases and the time of their readers go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import console, print_json, say

if TYPE_CHECKING:
    from claudeflare.client.client import Client


def analyze(
    context: typer.Context,
    exact: Annotated[
        bool, typer.Option("--exact", help="Read all of a large SQLite file instead of estimating.")
    ] = False,
    plans: Annotated[bool, typer.Option("--plans", help="Show how the database answers each question.")] = False,
    payload_days: Annotated[
        int | None, typer.Option(metavar="N", help="What would go if bodies were kept so many days?")
    ] = None,
    request_days: Annotated[int | None, typer.Option(metavar="N", help="The same for records.")] = None,
    json: Json = False,
) -> None:
    """Show sizes of tables and indexes, slow questions, and what retention and compaction would free."""
    days = {"payloadDays": payload_days, "requestDays": request_days}
    wanted = {name: str(each) for name, each in days.items() if each is not None}
    wanted |= {name: "true" for name, given in (("exact", exact), ("plans", plans)) if given}

    async def work(client: Client) -> dict[str, object]:
        with _working():
            return await client.analysis(wanted)

    answer = call(context, work)
    if json:
        print_json(answer)
        return
    from claudeflare.presentation.analysis import analysis_parts

    say(*analysis_parts(answer, invocation(context).zone))


@contextmanager
def _working() -> Iterator[None]:
    """Says on standard error for how long it has been at work, if that is a terminal."""
    err = console(error=True)
    if not err.is_terminal:
        yield
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("Analyzing the databases"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        progress.add_task("", total=None)
        yield
