"""The list of requests: as long as the server's, drawn only where it is in sight."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from claudeflare.client.resources import Request
from claudeflare.presentation.request_grid import RequestGrid
from claudeflare.presentation.request_lines import state_color
from claudeflare.tui.request_window import RequestWindow

_STATE_CLASSES: Final = {"yellow": "near", "red": "limited"}
_HEADER: Final = 1
"""Lines on top that do not scroll."""


class RequestList(ScrollView, can_focus=True, inherit_bindings=False):
    """A cursor on one line. While it is on the first and nothing is scrolled, new requests push it along."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "edge('first')", "Newest", show=False),
        Binding("end,G", "edge('last')", "Oldest", show=False),
        Binding("enter", "open", "Detail"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "requests--header",
        "requests--line",
        "requests--cursor",
        "requests--ok",
        "requests--quiet",
        *(f"requests--{name}" for name in _STATE_CLASSES.values()),
    }
    DEFAULT_CSS = """
    RequestList { height: 1fr; padding: 0 0 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; }
    RequestList > .requests--header { color: $quiet; }
    RequestList > .requests--quiet { color: $quiet; }
    RequestList > .requests--cursor { background: $primary 15%; }
    RequestList:focus > .requests--cursor { background: $primary 30%; }
    RequestList:ansi > .requests--cursor { background: ansi_default; text-style: underline; }
    RequestList:ansi:focus > .requests--cursor { background: ansi_default; text-style: reverse; }
    RequestList:ansi > .requests--cursor { background: ansi_default; text-style: underline; }
    RequestList:ansi:focus > .requests--cursor { background: ansi_default; text-style: reverse; }
    RequestList > .requests--ok { color: $success; }
    RequestList > .requests--near { color: $warning; }
    RequestList > .requests--limited { color: $error; }
    """

    class Looked(Message):
        """The lines in sight may be others."""

    class Moved(Message):
        """The reader put the cursor on another line."""

    class Opened(Message):
        """Somebody wants to see the request under the cursor."""

    class NewestWanted(Message):
        """The reader is back at the top and wants what came meanwhile."""

    def __init__(self, zone: tzinfo | None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._grid = RequestGrid(80, zone)
        self._window = RequestWindow()
        self.cursor = 0

    @property
    def chosen(self) -> Request | None:
        """The request under the cursor."""
        return self._window.at(self.cursor)

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first line and the last that are drawn."""
        first = round(self.scroll_y)
        return first, max(first, min(len(self._window) - 1, first + self._room - 1))

    @property
    def at_top(self) -> bool:
        """Whether nothing is scrolled and the newest is chosen."""
        return self.cursor == 0 and round(self.scroll_y) == 0

    def show(self, window: RequestWindow) -> None:
        """Show these lines; the cursor stays on its line."""
        if window is self._window:
            return
        self._window = window
        self._fit()
        self.cursor = max(0, min(self.cursor, len(window) - 1))
        self.refresh()

    def choose(self, line: int) -> None:
        """Put the cursor on a line and scroll there."""
        line = max(0, min(line, len(self._window) - 1))
        first, room = round(self.scroll_y), self._room
        if line < first:
            self.scroll_to(y=line, animate=False)
        elif line >= first + room:
            self.scroll_to(y=line - room + 1, animate=False)
        if line != self.cursor:
            self.cursor = line
            self.refresh()
        self.post_message(self.Looked())

    def render_line(self, y: int) -> Strip:
        """The header, or the request on that line of the window."""
        if y < _HEADER:
            return self._strip([Segment(self._grid.header())], "requests--header")
        line = round(self.scroll_y) + y - _HEADER
        if line >= len(self._window):
            return Strip.blank(self.size.width, self.rich_style)
        request = self._window.at(line)
        name = "requests--cursor" if line == self.cursor else "requests--line"
        return self._strip([Segment(" …")] if request is None else self._segments(request), name)

    def _move(self, line: int) -> None:
        before = self.cursor
        self.choose(line)
        if self.cursor != before:
            self.post_message(self.Moved())

    def _segments(self, request: Request) -> list[Segment]:
        # A client that left is neither served nor a failure.
        name = _STATE_CLASSES.get(state_color(request), "ok" if request["success"] else "quiet")
        color = Style(color=self.get_component_rich_style(f"requests--{name}").color)
        return [Segment(text, color if is_state else None) for text, is_state in self._grid.cells(request)]

    def _strip(self, segments: list[Segment], name: str) -> Strip:
        style = self.get_component_rich_style(name)
        return Strip(segments).apply_style(style).adjust_cell_length(self.size.width, style)

    @property
    def _room(self) -> int:
        return max(1, self.size.height - _HEADER)

    def _fit(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._window) + _HEADER)

    def on_resize(self, event: Resize) -> None:
        self._grid = RequestGrid(max(20, self.scrollable_content_region.width), self._zone)
        self._fit()
        self.refresh()
        self.post_message(self.Looked())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Looked())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset_capture(self).y
        line = round(self.scroll_y) + offset - _HEADER
        if offset >= _HEADER and line < len(self._window):
            self.choose(line)
            self.action_open()

    def action_move(self, by: int) -> None:
        if by < 0 and self.cursor == 0:
            self.post_message(self.NewestWanted())
        self._move(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._move(self.cursor + by * self._room)

    def action_edge(self, edge: str) -> None:
        if edge == "first":
            self.post_message(self.NewestWanted())
        self._move(0 if edge == "first" else len(self._window) - 1)

    def action_open(self) -> None:
        if self.chosen is not None:
            self.post_message(self.Opened())
