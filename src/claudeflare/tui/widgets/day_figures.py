"""How it goes: the rate of now, and latency, success, speed and cost of the last 24 hours, as many columns as fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from claudeflare.formatting import UNKNOWN, money, one_unit, percent
from claudeflare.presentation.request_rate import mean_rate, per_second, sparkline
from claudeflare.presentation.waiting import waiting_words

if TYPE_CHECKING:
    from claudeflare.client.resources import Percentiles
    from claudeflare.tui.live_state import LiveState

_LABEL: Final = 12
_LONG, _SHORT = 44, 34
"""Least cells of the two kinds of columns, which take turns; the first kind gets what is left over."""
_SHOWN_SECONDS: Final = 60

Figure = tuple[str, str, str]
"""Its name, its value, and what stands beside it."""


class DayFigures(Static):
    """Two columns of four lines, or four of two; below them what waits, if anything does."""

    DEFAULT_CSS = """
    DayFigures { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._shown: tuple[LiveState, float] | None = None
        self._drawn = Content()

    def show(self, state: LiveState, now: float) -> None:
        """Show the figures as they are at `now`."""
        self._shown = (state, now)
        drawn = _laid_out(figures(state, now), self.size.width)
        if state.queue is not None and state.queue["waiting"]:
            waiting = Content.assemble(("\nWaiting     ", "$quiet"), (waiting_words(state.queue, now), "$warning"))
            drawn += waiting
        if not drawn.is_same(self._drawn):
            self._drawn = drawn
            self.update(drawn, layout=len(drawn.split("\n")) != self.size.height)

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self.show(*self._shown)


def figures(state: LiveState, now: float) -> list[Figure]:
    """In the order they are read in; long and short ones take turns."""
    stats = state.stats
    rates = per_second(((each.at, each.finished) for each in state.seconds), now, _SHOWN_SECONDS)
    in_flight = sum(account["inFlight"] for account in state.accounts)
    waiting = state.queue["waiting"] if state.queue else 0
    live: list[Figure] = [
        ("Requests/s", f"{mean_rate(rates):.1f}", sparkline(rates[-24:])),
        ("In flight", str(in_flight), f"{waiting:,} waiting" if waiting else "nothing waits"),
    ]
    if stats is None:
        return live
    total, success = stats["totalRequests"], stats["successRate"]
    speed, today, yesterday = stats["avgTokensPerSecond"], stats["today"], stats["yesterday"]
    return [
        live[0],
        ("Success", percent(None if success is None else success / 100), f"of {total:,} in 24 h"),
        ("Latency", *_percentiles(stats["duration"])),
        ("Cost today", _cost(today), f"yesterday {_cost(yesterday)}"),
        ("First token", *_percentiles(stats["ttft"])),
        ("Speed", UNKNOWN if speed is None else f"{speed:.0f}", "tokens/s"),
        ("Overhead", *_percentiles(stats["overhead"])),
        live[1],
    ]


def _percentiles(of: Percentiles | None) -> tuple[str, str]:
    if of is None:
        return UNKNOWN, ""
    return one_unit(of["p50"]), f"p95 {one_unit(of['p95'])}  p99 {one_unit(of['p99'])}"


def _cost(day: dict[str, float | None]) -> str:
    """Nothing asked for costs nothing; an unknown price stays unknown."""
    return money(0.0 if not day["requests"] and day["costUsd"] is None else day["costUsd"])


def _laid_out(shown: list[Figure], width: int) -> Content:
    columns = 4 if width >= 2 * (_LONG + _SHORT) else 2 if width >= _LONG + _SHORT else 1
    lines = []
    for start in range(0, len(shown), columns):
        cells: list[Content] = []
        for index, (name, value, note) in enumerate(shown[start : start + columns]):
            cell = Content.assemble((name.ljust(_LABEL), "$quiet"), (f"{value}  ", "bold"), (note, "$quiet"))
            left = width - sum(each.cell_length for each in cells)
            room = left if index == columns - 1 else _SHORT if index % 2 else _LONG
            cells.append(cell.truncate(room, ellipsis=True).pad_right(max(0, room - cell.cell_length)))
        lines.append(Content().join(cells).rstrip())
    return Content("\n").join(lines)
