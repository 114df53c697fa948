"""The list of requests in columns that fit any width: the most telling stay longest, names get what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from claudeflare.formatting import UNKNOWN, clock, compact, epoch, money, one_unit
from claudeflare.presentation.request_lines import cache_tokens, short_model, state_word

if TYPE_CHECKING:
    from claudeflare.client.resources import Request

STATE: Final = "State"
_MOST_GROWTH: Final = 14
"""Columns that a name gets beyond what it needs at least."""
_GAPS: Final = ((140, "   "), (110, "  "), (0, " "))
"""From so many columns on, what stands between two of them."""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column; `rank`: the highest leaves first where room is short."""

    title: str
    width: int
    rank: int
    cell: Callable[[Request], str]
    right: bool = False

    def fit(self, text: str) -> str:
        """A text at the column's width in terminal cells."""
        if cell_len(text) > self.width:
            return set_cell_size(text, self.width - 1) + "…"
        blank = " " * (self.width - cell_len(text))
        return blank + text if self.right else text + blank


class RequestGrid:
    """The layout for one width."""

    def __init__(self, width: int, zone: tzinfo | None) -> None:
        self.width = width
        self._gap = next(gap for least, gap in _GAPS if width >= least)
        self._columns = _fitting(_columns(zone), width, len(self._gap))

    def header(self) -> str:
        """The columns' titles."""
        return self._gap.join(column.fit(column.title) for column in self._columns)

    def cells(self, request: Request) -> list[tuple[str, bool]]:
        """One line in pieces; True: the piece that says how the request ended."""
        return [
            ((self._gap if number else "") + column.fit(column.cell(request)), column.title == STATE)
            for number, column in enumerate(self._columns)
        ]

    def __repr__(self) -> str:
        return f"<RequestGrid {[column.title for column in self._columns]}>"


def accounts_words(request: Request) -> str:
    """`spare`, or `spare +1` when another was tried before."""
    moved = f" +{request['failoverAttempts']}" if request["failoverAttempts"] else ""
    return (request["accountUsed"] or UNKNOWN) + moved


def _columns(zone: tzinfo | None) -> tuple[GridColumn, ...]:
    return (
        GridColumn("Time", 8, 0, lambda request: clock(epoch(request["timestamp"]) or 0.0, zone)),
        GridColumn(STATE, 7, 0, state_word),
        GridColumn("Model", 10, 1, lambda request: short_model(request["model"])),
        GridColumn("Account", 8, 2, accounts_words),
        GridColumn("In", 6, 6, lambda request: compact(request["inputTokens"]), right=True),
        GridColumn("Cache", 6, 7, lambda request: compact(cache_tokens(request)), right=True),
        GridColumn("Out", 6, 5, lambda request: compact(request["outputTokens"]), right=True),
        GridColumn("TTFT", 6, 8, lambda request: one_unit(request["ttftMs"]), right=True),
        GridColumn("Total", 6, 4, lambda request: one_unit(request["responseTimeMs"]), right=True),
        GridColumn("Cost", 7, 3, lambda request: money(request["costUsd"]), right=True),
    )


def _fitting(columns: tuple[GridColumn, ...], width: int, gap: int) -> tuple[GridColumn, ...]:
    kept = list(columns)
    while len(kept) > 1 and _total(kept, gap) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    growing = [column for column in kept if column.title in ("Model", "Account")]
    left = max(0, width - _total(kept, gap))
    for column in growing:
        more = min(left // len(growing), _MOST_GROWTH)
        kept[kept.index(column)] = replace(column, width=column.width + more)
    return tuple(kept)


def _total(columns: list[GridColumn], gap: int) -> int:
    return sum(column.width for column in columns) + gap * (len(columns) - 1)
