"""Everything on record about one request, as titled parts for a terminal."""

from __future__ import annotations

from datetime import tzinfo
from itertools import groupby
from typing import TYPE_CHECKING

from claudeflare.formatting import UNKNOWN, absolute, ago, compact, epoch, milliseconds, money, size
from claudeflare.presentation.request_lines import state_color, state_word
from claudeflare.presentation.tables import HEADING, QUIET, table

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from claudeflare.client.resources import Json

_TOKENS = (
    ("Input", "inputTokens"),
    ("Cache read", "cacheReadInputTokens"),
    ("Cache written, 5 min", "cacheCreation5mTokens"),
    ("Cache written, 1 h", "cacheCreation1hTokens"),
    ("Output", "outputTokens"),
)


def title(detail: Json) -> Text:
    """What was asked for, and how it ended."""
    from rich.text import Text

    query = f"?{detail['query']}" if detail["query"] else ""
    return Text.assemble(
        (f"{detail['method']} {detail['path']}{query}", HEADING),
        "  ",
        (state_word(detail), state_color(detail)),  # type: ignore[arg-type]  # a detail has every field of a line
    )


def summary(detail: Json, now: float, zone: tzinfo | None) -> list[tuple[str, str]]:
    """What is known, by name; `now` in epoch seconds."""
    started = epoch(detail["timestamp"]) or 0.0
    model, served = detail["model"], detail["servedModel"]
    rows = [
        ("Id", detail["id"]),
        ("Started", f"{absolute(started, zone)} ({ago(started, now, zone)})"),
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


def strip(detail: Json, now: float, zone: tzinfo | None) -> list[tuple[str, str]]:
    """What matters most, in an order that reads on one or a few lines."""
    read, written = detail["cacheReadInputTokens"], detail["cacheCreationInputTokens"]
    cache = None if read is None and written is None else f"{compact(read)} read, {compact(written)} written"
    rows = [
        ("Began", ago(epoch(detail["timestamp"]), now, zone)),
        ("Account", accounts_path(detail)),
        ("Model", detail["model"]),
        ("In", compact(detail["inputTokens"])),
        ("Cache", cache),
        ("Out", compact(detail["outputTokens"])),
        ("First token", milliseconds(detail["ttftMs"])),
        ("Total", milliseconds(detail["responseTimeMs"])),
        ("Cost", money(detail["costUsd"])),
        ("Session", detail["sessionId"]),
        ("Key", detail["clientKey"]),
        ("Agent", detail["agentId"]),
    ]
    return [(name, value) for name, value in rows if value]


def strip_lines(detail: Json, now: float, zone: tzinfo | None, width: int) -> Text:
    """The same as lines of at most `width` columns: one ends between two facts, never within one."""
    from rich.text import Text

    lines, used = Text(), 0
    for name, value in strip(detail, now, zone):
        length = len(name) + 1 + len(value)
        if used and used + 3 + length > width:
            lines.append("\n")
            used = 0
        elif used:
            lines.append(" · ", QUIET)
            used += 3
        lines.append(f"{name} ", QUIET)
        lines.append(value)
        used += length
    return lines


def accounts_path(detail: Json) -> str:
    """The accounts that were tried, in order: `work → spare`."""
    tried = [attempt["account"] for attempt in detail["attempts"] if attempt["account"]]
    return " → ".join(name for name, _ in groupby(tried)) or detail["accountUsed"] or UNKNOWN


def timing(detail: Json) -> list[tuple[str, str]]:
    """How long each part took."""
    speed = detail["tokensPerSecond"]
    return [
        ("Waited on purpose", milliseconds(detail["queuedMs"])),
        ("First byte", milliseconds(detail["firstByteMs"])),
        ("First content", milliseconds(detail["ttftMs"])),
        ("Total", milliseconds(detail["responseTimeMs"])),
        ("Claudeflare's part", milliseconds(detail["overheadMs"])),
        ("Speed", UNKNOWN if speed is None else f"{speed:.1f} tokens/s"),
    ]


def attempts(detail: Json) -> Table:
    """Each account that was tried, with what came of it."""
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


def tokens(detail: Json) -> Table:
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
