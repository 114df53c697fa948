"""`claudeflare status`: the state of everything in one look."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import typer

from claudeflare.cli.gauges import tightest_limits
from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import HEADING, pairs, print_json, say, table
from claudeflare.cli.standing import sentence, standing
from claudeflare.formatting import ago, count_of, countdown, epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from claudeflare.client.client import Client
    from claudeflare.client.resources import Account, Queue
    from claudeflare.client.resources import Json as JsonObject


def status(context: typer.Context, json: Json = False) -> None:
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
        rows.append(("Waiting", _waiting(state["queue"], now)))
    if shed := state["shedRecords"]:
        rows.append(("Not recorded", f"{count_of(shed, 'request')}: the data directory could not be written"))
    if shed := state["shedPayloads"]:
        rows.append(("Bodies not kept", f"{shed:,}: the disk of the data directory is nearly full, or too slow"))
    return rows


def _waiting(queue: Queue, now: float) -> str:
    """How many wait for an account, the longest wait so far, and what for."""
    lines = queue["lines"]
    since = min((epoch(line["since"]) or now for line in lines), default=now)
    models = Counter[str]()
    for line in lines:
        models[line["modelClass"] or "any model"] += line["count"]
    words = ", ".join(f"{count} for {model}" for model, count in models.most_common())
    return f"{count_of(queue['waiting'], 'request')} for an account, the first for {countdown(now - since)}: {words}"


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
