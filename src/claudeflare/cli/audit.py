"""`claudeflare audit`: who changed what, and when."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json
from claudeflare.cli.output import print_json, say
from claudeflare.formatting import UNKNOWN, absolute, epoch
from claudeflare.presentation.tables import table

if TYPE_CHECKING:
    from claudeflare.client.access import AuditEntry


def audit(
    context: typer.Context,
    action: Annotated[str | None, typer.Option(metavar="ACTION", help="Only this, such as pause-account.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="NAME", help="Only what was done to this.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only since then: 30m, 24h, 7d or 2026-11-22T10:00:00Z.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many.")] = 20,
    json: Json = False,
) -> None:
    """List changes that were made to this server, newest first; they are kept for a year."""
    filters = {"action": action, "subject": subject, "since": since}
    found = call(context, lambda client: client.changes(filters, limit))
    if json:
        print_json(found)
        return
    if not found:
        say("No change matches.")
        return
    zone = invocation(context).zone
    lines = table("When", "Who", "What", "To", "Change")
    for entry in found:
        who = f"{entry['who']} {entry['address'] or ''}".rstrip()
        lines.add_row(
            absolute(epoch(entry["at"]), zone), who, entry["action"], entry["subject"] or UNKNOWN, _change(entry)
        )
    say(lines)


def _change(entry: AuditEntry) -> str:
    """`paused: false → true`; of what was made or removed nothing, its name says enough."""
    before, after = entry["before"], entry["after"] or {}
    if before is None:
        return ", ".join(f"{name}: {_shown(value)}" for name, value in after.items()) if "id" not in after else ""
    return ", ".join(f"{name}: {_shown(before.get(name))} → {_shown(value)}" for name, value in after.items())


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json_format.dumps(value, ensure_ascii=False)
