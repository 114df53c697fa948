"""Requests as lines of fixed width, so that a list of any length can be printed while it is being fetched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import UNKNOWN, clock, compact, epoch, money, one_unit
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from rich.text import Text

    from claudeflare.client.resources import Request

STATES = {"truncated": "cut off", "client_closed": "left", "refused": "refused", "error": "error"}
"""Terminal states as one short word; complete ones show as `ok` or as their status."""

_DATED = re.compile(r"-\d{8}$")
_TIME, _ID = 8, 27


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    cell: Callable[[Request], str]
    right: bool = False

    def fit(self, text: str) -> str:
        """In as many columns of a terminal as this one has: letters of some scripts take two."""
        from rich.cells import cell_len, set_cell_size

        if cell_len(text) > self.width:
            text = set_cell_size(text, self.width - 1) + "…"
        blanks = " " * (self.width - cell_len(text))
        return blanks + text if self.right else text + blanks


class RequestLines:
    """The layout for one terminal width: ids in a column where there is room, else on a line of their own."""

    def __init__(self, width: int, zone: tzinfo | None) -> None:
        wide = _columns(zone, gap=2, model=20, account=16, with_id=True)
        self._wide = _total(wide, 2) <= width
        self._gap = "  " if self._wide else " "
        self._columns = wide if self._wide else _columns(zone, gap=1, model=10, account=8, with_id=False)

    def header(self) -> Text:
        """The columns' titles."""
        from rich.text import Text

        return Text(self._gap.join(column.fit(column.title) for column in self._columns).rstrip(), QUIET)

    def line(self, request: Request) -> Text:
        """One request; a second line holds its id, where that has no column, and what went wrong."""
        from rich.text import Text

        line = Text()
        for number, column in enumerate(self._columns):
            style = state_color(request) if column.title == "State" else ""
            line.append((self._gap if number else "") + column.fit(column.cell(request)), style)
        notes = [] if self._wide else [request["id"]]
        if request["errorMessage"] and not request["success"]:
            notes.append(" ".join(request["errorMessage"].split()))
        if notes:
            line.append("\n" + " " * (_TIME + len(self._gap)) + self._gap.join(notes), QUIET)
        return line


def state_word(request: Request) -> str:
    """How a request ended: `ok`, a status, or its terminal state."""
    if request["success"]:
        return "ok"
    return STATES.get(request["terminalState"], str(request["statusCode"]))


def state_color(request: Request) -> str:
    """Colour of that word. A client that left is nobody's failure."""
    if request["success"] or request["terminalState"] == "client_closed":
        return ""
    return "yellow" if request["statusCode"] < 500 and request["terminalState"] == "complete" else "red"


def short_model(model: str | None) -> str:
    """`claude-sonnet-4-5-20250929` -> `sonnet-4-5`: a column's worth of it."""
    return UNKNOWN if model is None else _DATED.sub("", model.removeprefix("claude-"))


def cache_tokens(request: Request) -> int | None:
    """Tokens read from and written to the prompt cache; None when the answer spoke of neither."""
    read, written = request["cacheReadInputTokens"], request["cacheCreationInputTokens"]
    return None if read is None and written is None else (read or 0) + (written or 0)


def _columns(zone: tzinfo | None, *, gap: int, model: int, account: int, with_id: bool) -> tuple[_Column, ...]:
    return (
        _Column("Time", _TIME, lambda request: clock(epoch(request["timestamp"]) or 0.0, zone)),
        *((_Column("Id", _ID, lambda request: request["id"]),) if with_id else ()),
        _Column("State", 7, state_word),
        _Column("Model", model, lambda request: short_model(request["model"])),
        _Column("Account", account, lambda request: request["accountUsed"] or UNKNOWN),
        _Column("In", 6, lambda request: compact(request["inputTokens"]), right=True),
        _Column("Cache", 6, lambda request: compact(cache_tokens(request)), right=True),
        _Column("Out", 6, lambda request: compact(request["outputTokens"]), right=True),
        _Column("TTFT", 6, lambda request: one_unit(request["ttftMs"]), right=True),
        _Column("Total", 6, lambda request: one_unit(request["responseTimeMs"]), right=True),
        _Column("Cost", 8, lambda request: money(request["costUsd"]), right=True),
    )


def _total(columns: tuple[_Column, ...], gap: int) -> int:
    return sum(column.width for column in columns) + gap * (len(columns) - 1)
