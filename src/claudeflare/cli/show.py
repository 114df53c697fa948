"""`claudeflare show NAME`: everything about one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from claudeflare.cli.gauges import bar, words
from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import AccountName, Json
from claudeflare.cli.output import HEADING, pairs, print_json, say
from claudeflare.cli.standing import standing
from claudeflare.formatting import absolute, ago, epoch, until

if TYPE_CHECKING:
    from rich.console import RenderableType

    from claudeflare.client.resources import Account, Gauge, Limit


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
    used = epoch(account["lastUsed"])
    rows: list[tuple[str, RenderableType]] = [("State", standing(account, now, this.zone))]
    rows += [("", _limit(limit, now, this)) for limit in account["limits"]]
    return [
        *rows,
        ("Mode", f"{account['mode']} ({account['provider']})"),
        ("Credential", _credential(account, now, this)),
        *([] if account["tokenTrouble"] is None else [("", f"not renewed: {account['tokenTrouble']}")]),
        ("Tier", str(account["tier"])),
        ("Priority", str(account["priority"])),
        ("Base URL", account["baseUrl"] or "the server's own"),
        *((("Limits" if not index else ""), _gauge(gauge, now, this)) for index, gauge in enumerate(account["gauges"])),
        *([] if account["reserve"] is None else [("Spared", f"from {account['reserve']:.0%} of a usage window on")]),
        *([] if account["allowExtraUsage"] is None else [("Extra usage", _yes_or_no(account["allowExtraUsage"]))]),
        ("In flight", str(account["inFlight"])),
        ("Requests", f"{account['requestCount']:,} since the last reset, {account['totalRequests']:,} in all"),
        ("Last used", "never" if used is None else f"{absolute(used, this.zone)} ({ago(used, now, this.zone)})"),
        ("Added", absolute(epoch(account["created"]), this.zone)),
        ("Id", account["id"]),
    ]


def _credential(account: Account, now: float, this: Invocation) -> str:
    words = account["tokenStatus"] or "none"
    if account["needsLogin"] is not None:
        return f"{words}: {account['needsLogin']}"
    end = epoch(account["tokenExpires"])
    return words if end is None or words != "valid" else f"{words}, renewed before its end {until(end, now, this.zone)}"


def _yes_or_no(allowed: bool) -> str:
    return "allowed" if allowed else "not allowed"


def _gauge(gauge: Gauge, now: float, this: Invocation) -> str:
    return f"{bar(gauge['utilization'] or 0.0)} {words(gauge, now, this.zone)}"


def _limit(limit: Limit, now: float, this: Invocation) -> str:
    models = f"{limit['modelClass']}: " if limit["modelClass"] else ""
    end = epoch(limit["until"])
    return f"{models}{limit['reason']}" + ("" if end is None else f", {until(end, now, this.zone)}")
