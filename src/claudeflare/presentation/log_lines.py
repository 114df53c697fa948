"""Log lines as people read them."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import clock, epoch
from claudeflare.logs import printable
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from rich.text import Text

    from claudeflare.client.resources import LogLine

_COLORS = {"debug": QUIET, "info": "green", "warn": "yellow", "error": "red"}


def pretty(line: LogLine, zone: tzinfo | None) -> Text:
    """`17:40:00 warn  gateway 0  message`, with the traceback below it if there is one."""
    from rich.text import Text

    text = Text()
    text.append(clock(epoch(line["time"]) or 0.0, zone), QUIET)
    text.append(f" {line['level']:5}", _COLORS.get(line["level"], ""))
    text.append(f" {printable(line['process'])}  {printable(line['message'])}")
    for below in (line["traceback"] or "").splitlines():
        text.append("\n" + printable(below), QUIET)
    return text
