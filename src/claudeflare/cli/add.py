"""`claudeflare add NAME`: a new account; its key comes from a hidden prompt or standard input, never as an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claudeflare.cli.invocation import call
from claudeflare.cli.options import AccountName
from claudeflare.cli.output import say
from claudeflare.cli.tier import Tier
from claudeflare.errors import InvalidInput

if TYPE_CHECKING:
    from claudeflare.client.resources import NewAccount

Mode = Literal["api-key", "console", "max", "token", "profile", "wif"]


def add(
    context: typer.Context,
    name: AccountName,
    mode: Annotated[Mode, typer.Option(help="How the account signs in.")] = "api-key",
    tier: Annotated[Tier, typer.Option(metavar="1|5|20", help="Relative capacity.")] = "1",
    priority: Annotated[int, typer.Option(metavar="N", help="Lower numbers are used first.")] = 0,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where its requests go, instead of the server's own upstream.")
    ] = None,
    reserve: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Leave it alone from this share of a usage window, e.g. 0.8.")
    ] = None,
    extra_usage: Annotated[
        bool | None,
        typer.Option("--extra-usage/--no-extra-usage", help="Whether to use it beyond its plan.", show_default=False),
    ] = None,
) -> None:
    """Add an account. The API key is asked for, or read from standard input; nothing is contacted."""
    if mode != "api-key":
        raise InvalidInput(f"Accounts of mode {mode} are not part of this version; use --mode api-key.")
    account: NewAccount = {
        "name": name,
        "mode": mode,
        "tier": int(tier),
        "priority": priority,
        "baseUrl": base_url,
        "reserve": reserve,
        "allowExtraUsage": extra_usage,
        "apiKey": _read_key(),
    }
    added = call(context, lambda client: client.add_account(account))
    say(f"{added['name']} is added ({added['mode']}, tier {added['tier']}, priority {added['priority']}).")


def _read_key() -> str:
    if sys.stdin.isatty():
        key: str = typer.prompt("API key (not shown)", hide_input=True, err=True)
    else:
        key = sys.stdin.read()
    key = key.strip()
    if not key:
        raise InvalidInput("No API key came on standard input. Pipe it in, or run this on a terminal to be asked.")
    if len(key.split()) > 1:
        raise InvalidInput("An API key is one word; standard input held more than that.")
    return key
