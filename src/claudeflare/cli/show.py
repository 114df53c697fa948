"""`claudeflare show NAME`: everything about one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import AccountName, Json
from claudeflare.cli.output import print_json, say
from claudeflare.presentation.account_detail import setup_rows, trouble_words, use_rows
from claudeflare.presentation.gauges import bar, words
from claudeflare.presentation.standing import standing
from claudeflare.presentation.tables import HEADING, pairs

if TYPE_CHECKING:
    from rich.console import RenderableType

    from claudeflare.client.resources import Account, Gauge


def show(context: typer.Context, name: AccountName, json: Json = False) -> None:
    """Show one account: how it is set up, how it stands, what it was used for."""
    account = call(context, lambda client: client.account(name))
    if json:
        print_json(account)
        return
    from rich.text import Text

    say(Text(account["name"], HEADING), pairs(_rows(account, invocation(context))))


def _rows(account: Account, this: Invocation) -> list[tuple[str, RenderableType]]:
    now = this.clock()
    return [
        ("State", standing(account, now, this.zone)),
        *(("", trouble_words(limit, now, this.zone)) for limit in account["limits"]),
        *setup_rows(account, now, this.zone),
        *((("Limits" if not index else ""), _gauge(gauge, now, this)) for index, gauge in enumerate(account["gauges"])),
        *use_rows(account, now, this.zone),
    ]


def _gauge(gauge: Gauge, now: float, this: Invocation) -> str:
    return f"{bar(gauge['utilization'] or 0.0)} {words(gauge, now, this.zone)}"
