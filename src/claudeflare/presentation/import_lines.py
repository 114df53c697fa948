"""An import from another program, before and after, as lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from claudeflare.formatting import count_of, login_command
from claudeflare.presentation.tables import table

if TYPE_CHECKING:
    from rich.console import RenderableType

Json = dict[str, Any]

MODES = {"api-key": "API key", "max": "subscription", "token": "token"}


def plan_lines(plan: Json, *, has_client: bool, request_days: int) -> Iterator[RenderableType]:
    """What was found and what will be done. `has_client`: whether the server can renew tokens of subscriptions."""
    schema = f" (its newest column here: {plan['schema']})" if plan["schema"] else ""
    yield f"This is a database of {plan['program']}{schema}."
    if plan["accounts"]:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in plan["kinds"].items())
        yield f"{count_of(len(plan['accounts']), 'account')} there: {kinds}"
        yield _accounts(plan["accounts"])
    yield from _requests(plan["requests"], request_days)
    if plan["payloads"]:
        yield (
            f"The bodies of {count_of(plan['payloads'], 'request')} stay where they are: that program does not keep"
            " them as they were sent, but cut off, decoded and perhaps encrypted."
        )
    if plan["clientKeys"]:
        yield (
            f"{count_of(plan['clientKeys'], 'API key')} for clients cannot be taken: the file holds only their hashes."
            " Make new ones: claudeflare keys add NAME"
        )
    signed_in = [each["as"] for each in plan["accounts"] if each["as"] is not None and each["mode"] == "max"]
    if signed_in:
        yield (
            f"Stop {plan['program']} for good before you go on: a token of {_listed(signed_in)} is renewed by spending"
            " it, so only one program can."
        )
        if not has_client:
            yield (
                "No OAuth client is set here (CLAUDEFLARE_OAUTH_CLIENT_ID), so these tokens serve until they end and"
                " are not renewed. Then set one, and sign in with claudeflare login."
            )


def question(plan: Json) -> str | None:
    """What is asked before; None when there is nothing to do."""
    parts = []
    if taken := sum(each["as"] is not None for each in plan["accounts"]):
        parts.append(count_of(taken, "account"))
    if wanted := plan["requests"]["wanted"]:
        parts.append(count_of(wanted, "request"))
    return f"Take over {' and '.join(parts)}?" if parts else None


def done_lines(done: Json) -> Iterator[RenderableType]:
    """What has been done, and what is left to do."""
    for account in done["accounts"]:
        if "error" in account:
            yield f"{account['name']} was not taken: {account['error']}"
            continue
        yield f"{account['name']} is added ({account['mode']}, tier {account['tier']}, priority {account['priority']})."
        if account["needsLogin"]:
            until = f"serves until {account['tokenExpires']}; then " if account["tokenExpires"] else "needs a login: "
            yield (f"{account['name']} {until}set CLAUDEFLARE_OAUTH_CLIENT_ID and run {login_command(account['name'])}")
    requests = done["requests"]
    if requests is None:
        return
    words = {
        "known": "on record already",
        "tooOld": "too old to be kept",
        "unreadable": "without a moment or method that makes sense",
        "running": "perhaps still running (run this again later)",
    }
    rest = [f"{requests[name]:,} {said}" for name, said in words.items() if requests[name]]
    yield f"{count_of(requests['added'], 'request')} added" + (f"; not taken: {', '.join(rest)}." if rest else ".")


def _accounts(accounts: list[Json]) -> RenderableType:
    grid = table("Account", "Kind", "Tier", "Priority", "What becomes of it", right=("Tier", "Priority"))
    for each in accounts:
        kind = MODES.get(each["mode"]) or str(each["provider"])
        kind += ", paused" if each["paused"] else ""
        where = f", to {each['baseUrl']}" if each["baseUrl"] else ""
        fate = f"added as {each['as']}{where}" if each["as"] is not None else f"not taken: {each['whyNot']}"
        grid.add_row(each["name"], kind, str(each["tier"]), str(each["priority"]), fate)
    return grid


def _requests(requests: Json, request_days: int) -> Iterator[RenderableType]:
    yield f"{count_of(requests['found'], 'request')} there:"
    if requests["months"]:
        grid = table("Month", "Requests", right=("Requests",))
        for month, count in requests["months"].items():
            grid.add_row(month, f"{count:,}")
        yield grid
    if requests["tooOld"]:
        yield (
            f"{count_of(requests['tooOld'], 'request')} from more than {request_days} days ago cannot be taken: records"
            " are not kept for longer here (CLAUDEFLARE_REQUEST_RETENTION_DAYS)."
        )
    if not requests["wanted"] and requests["found"] > requests["tooOld"]:
        yield "They are left out (--accounts-only)."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
