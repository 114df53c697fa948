"""`claudeflare logs`: what the server's processes say."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import console, print_json
from claudeflare.presentation.harmless import json_text
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import LogLine

POLL_SECONDS = 0.25


class Level(StrEnum):
    """Severities, least severe first."""

    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says."""

    lines: int
    level: str
    follow: bool
    json: bool


def logs(
    context: typer.Context,
    lines: Annotated[int, typer.Option("--lines", "-n", metavar="N", min=1, max=10_000, help="How many.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print new ones as they come, until Ctrl-C.")] = False,
    level: Annotated[Level, typer.Option(help="Leave out what is less severe.")] = Level.DEBUG,
    json: Json = False,
) -> None:
    """Show the log of the server's processes, oldest line first."""
    this = invocation(context)
    asked = _Asked(lines, level.value, follow, json)
    if this.url is not None:
        call(context, lambda client: _print(_of_server(client, asked), asked, this))
        return
    # From the disk even beside a running server: a log is asked for when something does not run as it should.
    import asyncio

    from claudeflare.home import Home

    asyncio.run(_print(_on_disk(Home(this.load().settings.home).logs, asked), asked, this))


async def _on_disk(directory: Path, asked: _Asked) -> AsyncIterator[LogLine]:
    import asyncio

    import msgspec

    from claudeflare.log_files.follower import LogFollower
    from claudeflare.log_files.history import Wanted, latest

    wanted = Wanted(asked.level)
    entries, position = latest(directory, asked.lines, wanted)
    following = LogFollower(directory, position, wanted)
    while True:
        for entry in entries:
            yield cast("LogLine", msgspec.structs.asdict(entry))
        if not asked.follow:
            return
        await asyncio.sleep(POLL_SECONDS)
        entries = [entry for entry, _ in following.read()]


async def _of_server(client: Client, asked: _Asked) -> AsyncIterator[LogLine]:
    from claudeflare.client.log_stream import follow_logs

    entries, position = await client.log_lines(asked.lines, asked.level)
    for entry in entries:
        yield entry
    if asked.follow:
        async for entry in follow_logs(client, asked.level, position):
            yield entry


async def _print(found: AsyncIterator[LogLine], asked: _Asked, this: Invocation) -> None:
    if not asked.json:
        await _print_lines(found, this)
    elif not asked.follow:
        print_json([line async for line in found])
    else:  # one object a line: an array that never ends could not be read
        async for line in found:
            sys.stdout.write(json_text(line) + "\n")
            sys.stdout.flush()


async def _print_lines(found: AsyncIterator[LogLine], this: Invocation) -> None:
    from claudeflare.formatting import day, epoch
    from claudeflare.presentation.log_lines import pretty

    out = console()
    last_day = day(this.clock(), this.zone)
    none = True
    async for line in found:
        none = False
        if (its_day := day(epoch(line["time"]) or 0.0, this.zone)) != last_day:
            out.print(its_day, style=QUIET)
            last_day = its_day
        out.print(pretty(line, this.zone), soft_wrap=True)
    if none:
        out.print("Nothing is logged.")
