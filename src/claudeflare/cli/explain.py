"""`claudeflare explain ID`: why a request went where it went."""

from __future__ import annotations

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, RequestId
from claudeflare.cli.output import print_json, say
from claudeflare.formatting import absolute, epoch
from claudeflare.presentation.decision import steps
from claudeflare.presentation.tables import heading


def explain(context: typer.Context, id: RequestId, json: Json = False) -> None:
    """Tell why a request went where it went, step by step."""
    answer = call(context, lambda client: client.explain(id))
    if json:
        print_json(answer)
        return
    this = invocation(context)
    ending = f"{answer['terminalState'].replace('_', ' ')}, status {answer['statusCode']}"
    where = f" by {answer['accountUsed']}" if answer["accountUsed"] else ""
    say(heading(f"{absolute(epoch(answer['timestamp']), this.zone)}: {ending}{where}"))
    say(*steps(answer["steps"], this.clock(), this.zone))
    if answer["errorMessage"]:
        say(answer["errorMessage"])
