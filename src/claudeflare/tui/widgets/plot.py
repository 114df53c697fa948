"""A chart with its heading, drawn and pointed at, with keys or the mouse."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Leave, MouseMove
from textual.message import Message
from textual.widget import Widget

from claudeflare.presentation.chart import Chart, Times, Tone, grouped
from claudeflare.presentation.chart_heading import heading
from claudeflare.presentation.chart_view import Look, drawn, plot_columns, pointed

_TONES: Final = {tone: f"plot--{tone.value}" for tone in Tone}
_CURSOR, _QUIET, _TITLE = "plot--cursor", "plot--quiet", "plot--title"
_LEAST_HEIGHT: Final = 5
"""Lines; with fewer there is the heading alone."""


class Plot(Widget, can_focus=True):
    """What the reader points at is told as `Pointed`; all charts of a page mark the same moment."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*_TONES.values(), _CURSOR, _QUIET, _TITLE}
    DEFAULT_CSS = """
    Plot { height: 1fr; }
    Plot > .plot--accent { color: $primary; }
    Plot > .plot--first { color: $series-0; }
    Plot > .plot--second { color: $series-2; }
    Plot > .plot--third { color: $series-1; }
    Plot > .plot--failed { color: $error; }
    Plot > .plot--faint { color: $primary 65%; }
    Plot > .plot--fainter { color: $primary 40%; }
    Plot > .plot--cursor { background: $foreground 20%; }
    Plot:ansi > .plot--faint { color: ansi_white; }
    Plot:ansi > .plot--fainter { color: ansi_bright_black; }
    Plot:ansi > .plot--cursor { background: ansi_bright_black; }
    Plot > .plot--quiet { color: $quiet; }
    Plot > .plot--title { text-style: bold; }
    Plot:focus > .plot--title { color: $primary; text-style: bold underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "point(-1)", "Earlier", show=False),
        Binding("right,l", "point(1)", "Later", show=False),
        Binding("home", "point_at(0)", "First", show=False),
        Binding("end", "point_at(-1)", "Last", show=False),
    ]

    class Pointed(Message):
        """The reader points at a point of time, by its number, or at none any more."""

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self.chart: Chart | None = None
        self._times: Times | None = None
        self._cursor: int | None = None

    def show(self, chart: Chart, times: Times, cursor: int | None) -> None:
        """Draw this, where it is another."""
        if (chart, times, cursor) != (self.chart, self._times, self._cursor):
            self.chart, self._times, self._cursor = chart, times, cursor
            self.refresh()

    def render(self) -> Text:
        width, height = self.size
        if self.chart is None or self._times is None or not self.size.area:
            return Text()
        look = self._look()
        text = heading(self.chart, self._times, width, look, self._cursor)
        if height >= _LEAST_HEIGHT:
            text.append("\n")
            text.append_text(drawn(self.chart, self._times, (width, height - 1), look, self._cursor))
        return text

    def _look(self) -> Look:
        tones = {tone: self.get_component_rich_style(name) for tone, name in _TONES.items()}
        return Look(tones, *(self.get_component_rich_style(name) for name in (_CURSOR, _QUIET, _TITLE)))

    def action_point(self, step: int) -> None:
        """To the bar or the point beside it; at first to the latest."""
        if self.chart is None or self._times is None:
            return
        groups, _ = grouped(self.chart, plot_columns(self.size.width))
        if self._cursor is None:
            self.post_message(self.Pointed(groups[-1][1]))
            return
        here = next(number for number, (first, last) in enumerate(groups) if first <= self._cursor <= last)
        self.post_message(self.Pointed(groups[min(max(0, here + step), len(groups) - 1)][1]))

    def action_point_at(self, index: int) -> None:
        if self._times is not None:
            self.post_message(self.Pointed(range(len(self._times.starts))[index]))

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._times is not None:
            self.post_message(self.Pointed(pointed(event.x, len(self._times.starts), self.size.width)))

    def on_leave(self, event: Leave) -> None:
        self.post_message(self.Pointed(None))
