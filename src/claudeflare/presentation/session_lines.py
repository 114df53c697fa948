"""Signed-in browsers in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import UNKNOWN, absolute, ago, epoch
from claudeflare.presentation.tables import table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from claudeflare.client.access import Session

_LONGEST_AGENT = 60


def session_lines(sessions: Sequence[Session], now: float, zone: tzinfo | None) -> Iterator[RenderableType]:
    """One line for each."""
    if not sessions:
        yield "No browser is signed in."
        return
    grid = table("Id", "From", "Signed in", "Last used", "Browser")
    for session in sessions:
        agent = session["userAgent"] or UNKNOWN
        grid.add_row(
            session["id"],
            session["address"] or UNKNOWN,
            absolute(epoch(session["created"]), zone)[:-3],
            ago(epoch(session["lastUsed"]), now, zone),
            agent if len(agent) <= _LONGEST_AGENT else agent[: _LONGEST_AGENT - 1] + "…",
        )
    yield grid
