"""`claudeflare keys add|list|limit|revoke`: client keys, and what each may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claudeflare.cli.completed_names import account_names, key_names
from claudeflare.cli.confirmation import confirm
from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, Yes
from claudeflare.cli.output import print_json, say
from claudeflare.errors import InvalidInput
from claudeflare.presentation.key_lines import key_lines

if TYPE_CHECKING:
    from claudeflare.client.client import Client

keys = typer.Typer(help="Client keys: make, list, limit and revoke them.", no_args_is_help=True)

NONE = "none"
"""Takes a limit away."""

NewKeyName = Annotated[str, typer.Argument(metavar="NAME", help="The client key's name.", show_default=False)]
KeyName = Annotated[
    str, typer.Argument(metavar="NAME", help="The client key's name.", show_default=False, autocompletion=key_names)
]
Expires = Annotated[
    str | None, typer.Option(metavar="TIME", help="When it ends: 90d, or 2027-01-31T12:00:00Z; none: never.")
]
Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="PATTERN", help="Only these models, e.g. 'claude-haiku-*'; repeat it. none: all."),
]
Accounts = Annotated[
    list[str] | None,
    typer.Option(
        "--account",
        metavar="NAME",
        help="Only these accounts serve it; repeat it. none: all.",
        autocompletion=account_names,
    ),
]
Requests = Annotated[str | None, typer.Option("--requests-per-minute", metavar="N", help="A number, or none.")]
Tokens = Annotated[
    str | None, typer.Option("--tokens-per-minute", metavar="N", help="Uncached input and output; a number, or none.")
]
Concurrency = Annotated[str | None, typer.Option(metavar="N", help="Requests running at once; a number, or none.")]
PerDay = Annotated[str | None, typer.Option(metavar="USD", help="Budget for each day; an amount, or none.")]
PerWeek = Annotated[str | None, typer.Option(metavar="USD", help="Budget for each week, from Monday on.")]
PerMonth = Annotated[str | None, typer.Option(metavar="USD", help="Budget for each month.")]
Zone = Annotated[
    str | None, typer.Option("--time-zone", metavar="ZONE", help="Whose midnights count, e.g. Europe/Berlin.")
]
Unpriced = Annotated[
    bool | None,
    typer.Option(
        "--allow-unpriced/--refuse-unpriced", help="What has no known price, with a budget.", show_default=False
    ),
]
Shadow = Annotated[
    bool | None, typer.Option("--shadow/--no-shadow", help="Count and tell, refuse nothing.", show_default=False)
]


@keys.command()
def add(
    context: typer.Context,
    name: NewKeyName,
    *,
    expires: Expires = None,
    model: Models = None,
    account: Accounts = None,
    requests: Requests = None,
    tokens: Tokens = None,
    concurrency: Concurrency = None,
    per_day: PerDay = None,
    per_week: PerWeek = None,
    per_month: PerMonth = None,
    time_zone: Zone = None,
    unpriced: Unpriced = None,
    shadow: Shadow = None,
    json: Json = False,
) -> None:
    """Make a client key and print it, this once. From the first one on, /v1 wants a key of every request."""
    limits = _limits(
        expires=expires, models=model, accounts=account, requests_per_minute=requests, tokens_per_minute=tokens,
        concurrency=concurrency, per_day=per_day, per_week=per_week, per_month=per_month, time_zone=time_zone,
        allow_unpriced=unpriced, shadow=shadow,
    )  # fmt: skip
    made = call(context, lambda client: client.make_key({"name": name, **limits}))
    if json:
        print_json(made)
        return
    # Alone on standard output, so that it can be piped.
    typer.echo(made["key"])
    typer.echo(
        f"This is the client key {made['name']}. It is shown this once; clients send it as their API key.", err=True
    )


@keys.command("list")
def list_keys(
    context: typer.Context,
    *,
    all: Annotated[bool, typer.Option("--all", help="Those that are revoked as well.")] = False,
    json: Json = False,
) -> None:
    """List client keys with their limits, newest first."""
    found = call(context, lambda client: client.keys(revoked=all))
    if json:
        print_json(found)
        return
    this = invocation(context)
    say(*key_lines(found, this.clock(), this.zone))


@keys.command()
def limit(
    context: typer.Context,
    name: KeyName,
    *,
    expires: Expires = None,
    model: Models = None,
    account: Accounts = None,
    requests: Requests = None,
    tokens: Tokens = None,
    concurrency: Concurrency = None,
    per_day: PerDay = None,
    per_week: PerWeek = None,
    per_month: PerMonth = None,
    time_zone: Zone = None,
    unpriced: Unpriced = None,
    shadow: Shadow = None,
    json: Json = False,
) -> None:
    """Change what a client key may do, at once; what is not named stays, `none` takes a limit away."""
    limits = _limits(
        expires=expires, models=model, accounts=account, requests_per_minute=requests, tokens_per_minute=tokens,
        concurrency=concurrency, per_day=per_day, per_week=per_week, per_month=per_month, time_zone=time_zone,
        allow_unpriced=unpriced, shadow=shadow,
    )  # fmt: skip
    if not limits:
        raise InvalidInput("Nothing to change was named. See claudeflare keys limit --help.")
    _show(context, lambda client: client.change_key(name, limits), json=json)


@keys.command()
def revoke(context: typer.Context, name: KeyName, *, yes: Yes = False, json: Json = False) -> None:
    """Let a client key open nothing any more, for good. What is on record of it stays."""
    confirm(f"Revoke the client key {name}? Whoever uses it is refused from then on.", yes=yes)
    _show(context, lambda client: client.revoke_key(name), json=json)


def _show(context: typer.Context, action: Any, *, json: bool) -> None:
    async def work(client: Client) -> Any:
        return await action(client)

    key = call(context, work)
    if json:
        print_json(key)
        return
    this = invocation(context)
    say(*key_lines([key], this.clock(), this.zone))


def _limits(**options: Any) -> dict[str, Any]:
    """The API's fields, of the options that were given."""
    limits: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        head, *rest = name.split("_")
        field = head + "".join(part.capitalize() for part in rest)
        if isinstance(value, list):
            limits[field] = [] if value == [NONE] else value
        elif isinstance(value, str):
            limits[field] = None if value == NONE else _number(name, value)
        else:
            limits[field] = value
    return limits


def _number(name: str, value: str) -> str | int | float:
    if name in ("expires", "time_zone"):
        return value
    try:
        return float(value) if name.startswith("per_") else int(value)
    except ValueError:
        raise InvalidInput(f"--{name.replace('_', '-')} takes a number or none, not {value!r}.") from None
