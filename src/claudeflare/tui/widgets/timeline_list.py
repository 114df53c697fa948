"""What happened to accounts, newest first; a long line goes on below its own beginning."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.events import Resize

from claudeflare.formatting import DAY, clock, day, epoch
from claudeflare.presentation.timeline import mark, timeline
from claudeflare.tui.styled import themed
from claudeflare.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from claudeflare.client.resources import Json

SHOWN: Final = 50
_WHEN: Final = 8
"""Cells of the time and the mark."""
_EDGES: Final = 3
_NOTHING: Final = "Nothing in the last month: no account was limited."


class TimelineList(RowList):
    """`account_of` tells whom a row is about."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(live=True, id=id)
        self._shown: tuple[Sequence[Json], float, tzinfo | None] | None = None
        self._accounts: dict[str, str | None] = {}

    def show(self, happenings: Sequence[Json], now: float, zone: tzinfo | None) -> None:
        """Show them."""
        self._shown = (happenings, now, zone)
        lines = timeline(happenings, SHOWN)
        width = self.size.width - _EDGES
        self._accounts = {_row_id(each, lines): each["account"] for each in lines}
        rows = [(_row_id(each, lines), happening_line(each, width, now, zone)) for each in lines]
        self.put(rows or [("", Content.styled(_NOTHING, "$quiet"))])

    def account_of(self, row_id: str) -> str | None:
        """Name of the account that a row is about; None: of nobody in particular."""
        return self._accounts.get(row_id)

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self.show(*self._shown)


def happening_line(each: Json, width: int, now: float, zone: tzinfo | None) -> Content:
    """`17:39 ■ spare was limited for opus: all used.`; the date instead of the time when that is long ago."""
    at = epoch(each["at"]) or 0.0
    when = clock(at, zone)[:5] if now - at < DAY else day(at, zone)[5:]
    shape, color = mark(each["kind"])
    text = ("\n" + " " * _WHEN).join(textwrap.wrap(str(each["text"]), max(10, width - _WHEN)))
    return Content.assemble((f"{when} ", "$quiet"), (f"{shape} ", themed(color)), text)


def _row_id(each: Json, lines: Sequence[Json]) -> str:
    """Stays the same while a line's count goes up; told apart from others of the same moment by its place."""
    same = [one for one in lines if one["at"] == each["at"] and one["kind"] == each["kind"]]
    return f"{each['at']} {each['kind']} {same.index(each)}"
