"""One line for Claude Code, which asks for it after each turn: quick, and never in its way. Imports no parser."""

from __future__ import annotations

import json as json_format
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from claudeflare.errors import ClaudeflareError
from claudeflare.presentation.harmless import json_text
from claudeflare.presentation.status_line import NOT_RUNNING, status_line

if TYPE_CHECKING:
    from claudeflare.cli.invocation import Invocation

LONGEST_INPUT: Final = 1_000_000


def print_status_line(this: Invocation, told: IO[str], *, json: bool) -> None:
    """Print the line, whatever happens; `told` is what Claude Code says of its session."""
    from claudeflare.client.quick_answer import quick_answer

    session = _session(told)
    now = this.clock()
    midnight = datetime.fromtimestamp(now, this.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"since": f"{midnight.timestamp():.0f}", **({"session": session} if session else {})}
    try:
        glance = quick_answer(f"/api/glance?{urlencode(asked)}", this.load(), this.url, this.token)
        line = status_line(glance, now, this.zone, colors=not this.environ.get("NO_COLOR"))
    except (ClaudeflareError, KeyError, TypeError, ValueError):
        # An older server, or something else that answers at its address, is no more use than none.
        glance, line = None, NOT_RUNNING
    print(json_text(glance, indent=2) if json else line)


def _session(told: IO[str]) -> str | None:
    """The session's id; None when nothing says it. A terminal is not read: nobody types this."""
    try:
        said: Any = {} if told.isatty() else json_format.loads(told.read(LONGEST_INPUT))
    except (ValueError, OSError):
        return None
    session = said.get("session_id") if isinstance(said, dict) else None
    return session if isinstance(session, str) and session else None
