"""`claudeflare status`: the state of everything in one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import JsonOfItsOwn
from claudeflare.cli.output import print_json, say
from claudeflare.formatting import ago, count_of, epoch
from claudeflare.presentation.gauges import tightest_limits
from claudeflare.presentation.standing import sentence, standing
from claudeflare.presentation.tables import HEADING, pairs, table
from claudeflare.presentation.waiting import waiting_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from claudeflare.client.client import Client
    from claudeflare.client.resources import Account
    from claudeflare.client.resources import Json as JsonObject


def status(context: typer.Context, json: JsonOfItsOwn = False) -> None:
    """Show the accounts, what runs now, the strategy and the server's health."""
    state = call(context, _collect)
    if json:
        print_json(state)
        return
    from rich.text import Text

    this = invocation(context)
    accounts: list[Account] = state["accounts"]
    say(Text(sentence(accounts, this.clock(), this.zone), HEADING), "", pairs(_server(state, this.clock())))
    if accounts:
        say("", _accounts(accounts, this))
    if limits := tightest_limits(accounts, this.clock(), this.zone):
        say("", Text("Tightest limits, as answers told of them", HEADING), pairs(limits))


async def _collect(client: Client) -> dict[str, Any]:
    """What `--json` prints: the answers of the routes, side by side."""
    # What is shed counts from the beginning whatever the range; a short one is added up at once.
    stats = await client.stats("1m")
    return {
        "server": client.url,
        "health": await client.health() if client.url else None,
        "strategy": (await client.strategy())["strategy"],
        "accounts": await client.accounts(),
        "queue": await client.queue(),
        "shedRecords": stats["shedRecords"],
        "shedPayloads": stats["shedPayloads"],
    }


def _server(state: dict[str, Any], now: float) -> list[tuple[str, str]]:
    in_flight = sum(account["inFlight"] for account in state["accounts"])
    rows = [
        ("Server", f"{state['server']}, {_health(state['health'])}" if state["server"] else "not running"),
        ("Strategy", state["strategy"]),
        ("In flight", str(in_flight)),
    ]
    if state["queue"]["waiting"]:
        rows.append(("Waiting", waiting_words(state["queue"], now)))
    if shed := state["shedRecords"]:
        rows.append(("Not recorded", f"{count_of(shed, 'request')}: the data directory could not be written"))
    if shed := state["shedPayloads"]:
        rows.append(("Bodies not kept", f"{shed:,}: the disk of the data directory is nearly full, or too slow"))
    return rows


def _health(health: JsonObject) -> str:
    if health.get("ready"):
        return "ready"
    return "running, but not ready: it waits for its control process"


def _accounts(accounts: Sequence[Account], this: Invocation) -> Table:
    now = this.clock()
    grid = table(
        "Account", "State", "Tier", "In flight", "Requests", "Last used", right=("Tier", "In flight", "Requests")
    )
    for account in accounts:
        grid.add_row(
            account["name"],
            standing(account, now, this.zone),
            str(account["tier"]),
            str(account["inFlight"]),
            f"{account['requestCount']:,}",
            ago(epoch(account["lastUsed"]), now, this.zone) if account["lastUsed"] else "never",
        )
    return grid
