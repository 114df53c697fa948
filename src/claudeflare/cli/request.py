"""`claudeflare request ID`: everything on record about one request, its bodies with `--body`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.bodies import Part, show_bodies, write_body
from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, RequestId
from claudeflare.cli.output import print_json, say
from claudeflare.presentation import request_detail
from claudeflare.presentation.decision import steps
from claudeflare.presentation.tables import heading, pairs

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import Json as JsonObject


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
    now, zone = this.clock(), this.zone
    say(request_detail.title(detail), pairs(request_detail.summary(detail, now, zone)))
    say("", heading("Timing"), pairs(request_detail.timing(detail)))
    if detail["attempts"]:
        say("", heading("Attempts"), request_detail.attempts(detail))
        for attempt in detail["attempts"]:
            if attempt["errorBody"]:
                say("", heading(f"What {attempt['account']} answered"), attempt["errorBody"])
    say("", heading("Tokens and cost"), request_detail.tokens(detail))
    if explanation["steps"]:
        say("", heading("Why"), *steps(explanation["steps"], now, zone))
