"""`claudeflare request ID`: everything on record about one request, its bodies with `--body`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.bodies import Part, show_bodies, write_body
from claudeflare.cli.decision import steps
from claudeflare.cli.invocation import Invocation, call, invocation
from claudeflare.cli.options import Json, RequestId
from claudeflare.cli.output import HEADING, QUIET, pairs, print_json, say, table
from claudeflare.cli.request_lines import state_color, state_word
from claudeflare.formatting import UNKNOWN, absolute, ago, epoch, milliseconds, money, size

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from claudeflare.client.client import Client
    from claudeflare.client.resources import Json as JsonObject

_TOKENS = (
    ("Input", "inputTokens"),
    ("Cache read", "cacheReadInputTokens"),
    ("Cache written, 5 min", "cacheCreation5mTokens"),
    ("Cache written, 1 h", "cacheCreation1hTokens"),
    ("Output", "outputTokens"),
)


def request(
    context: typer.Context,
    id: RequestId,
    json: Json = False,
    body: Annotated[bool, typer.Option("--body", help="Show what was sent and what was answered instead.")] = False,
    part: Annotated[Part | None, typer.Option(help="With --body or --raw: only this one.")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the exact bytes of one body; without --part, of the answer.")
    ] = False,
) -> None:
    """Show one request: what it was, where it went and why, how long it took, what it cost."""
    if raw:
        write_body(context, id, part or "response")
    elif body or part is not None:
        show_bodies(context, id, part, json=json)
    else:
        _show(context, id, json=json)


def _show(context: typer.Context, id: str, *, json: bool) -> None:
    async def both(client: Client) -> tuple[JsonObject, JsonObject]:
        detail = await client.request(id)
        return detail, {} if json else await client.explain(id)

    detail, explanation = call(context, both)
    if json:
        print_json(detail)
        return
    this = invocation(context)
    say(_title(detail), pairs(_summary(detail, this)))
    say("", _heading("Timing"), pairs(_timing(detail)))
    if detail["attempts"]:
        say("", _heading("Attempts"), _attempts(detail))
        for attempt in detail["attempts"]:
            if attempt["errorBody"]:
                say("", _heading(f"What {attempt['account']} answered"), attempt["errorBody"])
    say("", _heading("Tokens and cost"), _tokens(detail))
    if explanation["steps"]:
        say("", _heading("Why"), *steps(explanation["steps"], this))


def _heading(text: str) -> Text:
    from rich.text import Text

    return Text(text, HEADING)


def _title(detail: JsonObject) -> Text:
    from rich.text import Text

    query = f"?{detail['query']}" if detail["query"] else ""
    return Text.assemble(
        (f"{detail['method']} {detail['path']}{query}", HEADING),
        "  ",
        (state_word(detail), state_color(detail)),  # type: ignore[arg-type]  # a detail has every field of a line
    )


def _summary(detail: JsonObject, this: Invocation) -> list[tuple[str, str]]:
    started = epoch(detail["timestamp"]) or 0.0
    model, served = detail["model"], detail["servedModel"]
    rows = [
        ("Id", detail["id"]),
        ("Started", f"{absolute(started, this.zone)} ({ago(started, this.clock(), this.zone)})"),
        ("Ended", f"{detail['terminalState'].replace('_', ' ')}, status {detail['statusCode']}"),
        ("Error", ": ".join(part for part in (detail["errorType"], detail["errorMessage"]) if part)),
        ("Stop reason", detail["stopReason"]),
        ("Model", f"{model}, served as {served}" if served and served != model else model),
        ("Account", detail["accountUsed"]),
        ("Session", detail["sessionId"]),
        ("Client key", detail["clientKey"]),
        ("Client", detail["userAgent"]),
        ("Agent", detail["agentId"]),
        ("Parent agent", detail["parentAgentId"]),
        ("Upstream id", detail["upstreamRequestId"]),
        ("Size", f"{size(detail['requestBytes'])} in, {size(detail['responseBytes'])} out"),
    ]
    return [(name, value) for name, value in rows if value]


def _timing(detail: JsonObject) -> list[tuple[str, str]]:
    speed = detail["tokensPerSecond"]
    return [
        ("Waited on purpose", milliseconds(detail["queuedMs"])),
        ("First byte", milliseconds(detail["firstByteMs"])),
        ("First content", milliseconds(detail["ttftMs"])),
        ("Total", milliseconds(detail["responseTimeMs"])),
        ("Claudeflare's part", milliseconds(detail["overheadMs"])),
        ("Speed", UNKNOWN if speed is None else f"{speed:.1f} tokens/s"),
    ]


def _attempts(detail: JsonObject) -> Table:
    grid = table(
        "Account", "Begun", "First byte", "Ended", "Status", "Outcome", right=("Begun", "First byte", "Ended", "Status")
    )
    for attempt in detail["attempts"]:
        outcome = attempt["outcome"].replace("_", " ") + (f": {attempt['message']}" if attempt["message"] else "")
        if attempt["maybeBilled"]:
            outcome += " (may have been billed)"
        grid.add_row(
            attempt["account"] or "the caller's own",
            milliseconds(attempt["startedMs"]),
            milliseconds(attempt["firstByteMs"]),
            milliseconds(attempt["endedMs"]),
            str(attempt["status"] or UNKNOWN),
            outcome,
        )
    return grid


def _tokens(detail: JsonObject) -> Table:
    """Counts under one another, the cost below them."""
    grid = table("", "", right=("",))
    grid.show_header = False
    grid.columns[0].style, grid.columns[0].justify = QUIET, "left"
    for name, field in _TOKENS:
        if detail[field] is not None:
            grid.add_row(
                name,
                f"{detail[field]:,}" + (" (estimated)" if detail["usageEstimated"] and field == "outputTokens" else ""),
            )
    grid.add_row("Cost", money(detail["costUsd"]))
    return grid
