"""`claudeflare stats`: sums over a range of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import Json
from claudeflare.cli.output import print_json, say
from claudeflare.formatting import UNKNOWN, compact, count_of, milliseconds, money, percent
from claudeflare.presentation.tables import HEADING, pairs, table

if TYPE_CHECKING:
    from rich.table import Table

    from claudeflare.client.resources import Percentiles, Stats


def stats(
    context: typer.Context,
    range: Annotated[
        str | None,
        typer.Option(metavar="24h", help="How far back to count: 30m, 24h, 7d. Default: since the last reset."),
    ] = None,
    json: Json = False,
) -> None:
    """Show how many requests there were, how they went and what they cost."""
    answer = call(context, lambda client: client.stats(range))
    if json:
        print_json(answer)
        return
    from rich.text import Text

    since = f"Last {answer['range']}" if answer["range"] else "Since statistics were last reset"
    say(Text(since, HEADING), pairs(_rows(answer)))
    if answer["topModels"]:
        say("", _models(answer))


def _rows(answer: Stats) -> list[tuple[str, str]]:
    success = answer["successRate"]
    speed = answer["avgTokensPerSecond"]
    return [
        ("Requests", f"{answer['totalRequests']:,}"),
        ("Successful", percent(None if success is None else success / 100)),
        ("Average time", milliseconds(answer["avgResponseTime"])),
        ("p50 p95 p99", _percentiles(answer["duration"])),
        ("First token", _percentiles(answer["ttft"])),
        ("Tokens", _tokens(answer["totalTokens"])),
        ("Speed", UNKNOWN if speed is None else f"{speed:.1f} tokens/s"),
        ("Cost", _cost(answer)),
        ("Accounts", f"{answer['activeAccounts']} available"),
    ]


def _percentiles(found: Percentiles | None) -> str:
    if found is None:
        return UNKNOWN
    return " · ".join(milliseconds(each) for each in (found["p50"], found["p95"], found["p99"]))


def _cost(answer: Stats) -> str:
    if not answer["totalRequests"]:
        return UNKNOWN
    unpriced = answer["unpricedRequests"]
    left_out = f", without {count_of(unpriced, 'request')} of unknown price" if unpriced else ""
    return money(answer["totalCostUsd"]) + left_out


def _tokens(count: int) -> str:
    return compact(count) if count < 1000 else f"{compact(count)} ({count:,})"


def _models(answer: Stats) -> Table:
    grid = table("Model", "Requests", right=("Requests",))
    for model in answer["topModels"]:
        grid.add_row(str(model["model"]), f"{model['count']:,}")
    return grid
