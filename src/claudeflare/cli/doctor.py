"""`claudeflare doctor`: what is wrong here, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Final

import typer

from claudeflare.cli.invocation import Invocation, invocation
from claudeflare.cli.options import JsonOfItsOwn
from claudeflare.cli.output import console, print_json, say
from claudeflare.errors import SettingsError
from claudeflare.presentation.tables import HEADING, QUIET

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from claudeflare.diagnosis.finding import Finding

TITLES: Final = {
    "settings": "Settings",
    "server": "Server",
    "port": "Port",
    "clients": "Clients",
    "clock": "Clock",
    "accounts": "Accounts",
    "keys": "Keys of secrets",
    "upstream": "Upstream",
    "database": "Database",
    "journal": "Journal",
    "disk": "Disk",
    "files": "Files",
}

MARKS: Final = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red"), "skipped": ("–", "dim")}


def doctor(context: typer.Context, json: JsonOfItsOwn = False) -> None:
    """Look for what is wrong: server, port, client's environment, accounts, upstream, database, files. Changes nothing.

    Ends with status 1 when there is a problem. Takes less than ten seconds, sends no credential and costs nothing.
    """
    import asyncio

    from claudeflare.diagnosis.finding import count, of_error, report

    this = invocation(context)
    try:
        with _progress() as progress:
            findings = asyncio.run(_examine(this, progress))
    except SettingsError as error:
        findings = [of_error("settings", str(error), "correct it, then: claudeflare config check")]
    if json:
        print_json(report(findings))
    else:
        _say_all(findings)
        say(_sum(count(findings, "problem"), count(findings, "warning")))
    if count(findings, "problem"):
        raise typer.Exit(1)


async def _examine(this: Invocation, progress: Callable[[str], None]) -> list[Finding]:
    from claudeflare.diagnosis.case import Case
    from claudeflare.diagnosis.examination import examine

    loaded = this.load()
    case = Case(
        loaded=loaded,
        settings=loaded.settings,
        environ=this.environ,
        url=this.url,
        token=this.token,
        clock=this.clock,
        zone=this.zone,
    )
    return await examine(case, progress)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line on standard error, if that is a terminal, which goes when all is done."""
    err = console(error=True)
    if not err.is_terminal:
        yield lambda _what: None
        return
    with err.status("Looking around …") as status:
        yield lambda what: status.update(f"{what} …")


def _say_all(findings: list[Finding]) -> None:
    """Under a title for each check. Cures are not broken into lines: they are there to be copied."""
    from rich.text import Text

    out = console()
    for check, found in groupby(findings, key=lambda finding: finding.check):
        out.print(Text(TITLES[check], HEADING))
        for finding in found:
            out.print(_row(finding))
            if finding.cure:
                out.print(Text.assemble("    → ", (finding.cure, "cyan")), soft_wrap=True)
        out.print()


def _row(finding: Finding) -> Table:
    from rich.table import Table
    from rich.text import Text

    mark, color = MARKS[finding.state]
    lines = Text(finding.summary, QUIET if finding.state in ("ok", "skipped") else "")
    if finding.detail:
        lines.append(f": {finding.detail}" if finding.state == "skipped" else f"\n{finding.detail}", QUIET)
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=3, justify="right")
    row.add_column(overflow="fold")
    row.add_row(Text(mark, color), lines)
    return row


def _sum(problems: int, warnings: int) -> Text:
    from rich.text import Text

    from claudeflare.formatting import count_of

    if not problems and not warnings:
        return Text("Nothing is wrong.", "green")
    return Text(f"{count_of(problems, 'problem')}, {count_of(warnings, 'warning')}.", "red" if problems else "yellow")
