"""Log lines, as many as are kept: scrolled, unfolded, searched. Draws only what is in sight."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
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

from claudeflare.client.resources import LogLine
from claudeflare.tui.widgets.log_rows import Row, first_line, foldable, matches, rows_of

LINES_KEPT: Final = 10_000
_MATCH: Final = "bold reverse"


class LogView(ScrollView, can_focus=True):
    """Follows the newest line until the reader goes up, and again from where the end comes into sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "edge('first')", "First", show=False),
        Binding("end,G", "edge('last')", "Newest", show=False),
        Binding("enter", "unfold", "Unfold", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log-cursor"}
    DEFAULT_CSS = """
    LogView { height: 1fr; padding: 0 1; }
    LogView > .log-cursor { background: $panel; }
    LogView:focus > .log-cursor { background: $primary 25%; }
    LogView:ansi > .log-cursor { background: ansi_default; text-style: underline; }
    LogView:ansi:focus > .log-cursor { background: ansi_default; text-style: reverse; }
    """

    class Moved(Message):
        """Another line is chosen, or there are more."""

    def __init__(self, today: str, zone: tzinfo | None) -> None:
        super().__init__()
        self._today = self._day = today
        self._zone = zone
        self._lines: deque[LogLine] = deque(maxlen=LINES_KEPT)
        self._rows: list[Row] = []
        self._open: set[int] = set()
        self._cursor = 0
        self._search = ""
        self.following = True

    # -- what is in it ----------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget every line."""
        self._lines.clear()
        self._open.clear()
        self._cursor, self.following = 0, True
        self._lay_out()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Lines that came, oldest first."""
        chosen = self.chosen
        dropped = len(self._lines) + len(lines) > LINES_KEPT
        self._lines.extend(lines)
        if dropped:
            self._open &= {id(line) for line in self._lines}
            self._lay_out(chosen)
        else:
            self._append(lines)
            self._changed()

    @property
    def chosen(self) -> LogLine | None:
        """The line under the cursor."""
        return self._rows[self._cursor].line if self._rows else None

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    # -- searching --------------------------------------------------------------------------------------------------

    def search(self, text: str) -> int:
        """Mark this text, from now on; go to the newest line that has it. How many lines have it."""
        self._search = text.casefold()
        self.refresh()
        found = self._found()
        if found and self._cursor not in found:
            self._choose(found[-1])
        return len(found)

    def next_match(self, step: int) -> None:
        """To the next line that has what is searched for, or the one before."""
        found = self._found()
        beyond = [row for row in found if (row - self._cursor) * step > 0]
        if found:
            self._choose((beyond[0] if step > 0 else beyond[-1]) if beyond else found[0 if step > 0 else -1])

    def _found(self) -> list[int]:
        if not self._search:
            return []
        return [
            number
            for number, row in enumerate(self._rows)
            if row.line and not row.text and matches(row.line, self._search)
        ]

    # -- moving -----------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        self._choose(self._cursor + step)

    def action_page(self, step: int) -> None:
        self._choose(self._cursor + step * max(1, self.size.height - 1))

    def action_edge(self, which: str) -> None:
        self._choose(0 if which == "first" else len(self._rows) - 1)

    def action_unfold(self) -> None:
        if (line := self.chosen) is not None and foldable(line):
            self._open ^= {id(line)}
            self._lay_out(line)

    def on_click(self, event: Click) -> None:
        """Choose a line; unfold the chosen one."""
        row = event.y + self.scroll_offset.y
        if row == self._cursor:
            self.action_unfold()
        elif row < len(self._rows):
            self._choose(row)

    def on_mouse_scroll_up(self) -> None:
        self.following = False

    def on_mouse_scroll_down(self) -> None:
        self.following = self.scroll_offset.y >= self.max_scroll_y

    def on_resize(self, event: Resize) -> None:
        if self._open:
            self._lay_out(self.chosen)
        elif self.following:
            self.call_after_refresh(self._show_cursor)

    def _choose(self, row: int) -> None:
        self._cursor = max(0, min(row, len(self._rows) - 1))
        self.following = self._cursor >= len(self._rows) - 1
        self._show_cursor()
        self.refresh()
        self.post_message(self.Moved())

    # -- drawing ----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """As in the base class."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[number]
        text = row.drawn(self._zone, open_=row.line is not None and id(row.line) in self._open)
        if self._search:
            text.highlight_words([self._search], _MATCH, case_sensitive=False)
        text.truncate(width, overflow="ellipsis")
        style = self.get_component_rich_style("log-cursor") if number == self._cursor else self.rich_style
        segments = [Segment(part.text, style + (part.style or Style())) for part in text.render(self.app.console, "")]
        return Strip(segments).extend_cell_length(width, style).crop(0, width)

    def _lay_out(self, chosen: LogLine | None = None) -> None:
        """Make every row anew, the cursor on the line it was on."""
        self._rows = []
        self._day = self._today
        self._append(self._lines)
        if chosen is not None:
            of_chosen = (n for n, row in enumerate(self._rows) if row.line is chosen and not row.text)
            self._cursor = next(of_chosen, 0)
        self._changed()

    def _append(self, lines: Iterable[LogLine]) -> None:
        width = self.scrollable_content_region.width
        for line in lines:
            new = rows_of(line, self._day, self._zone, open_width=width if id(line) in self._open else None)
            for row in new:
                self._rows.append(row)
                if row.line is None:
                    self._day = row.text

    def _changed(self) -> None:
        self._cursor = len(self._rows) - 1 if self.following else min(self._cursor, len(self._rows) - 1)
        self._cursor = max(0, self._cursor)
        self.virtual_size = Size(0, len(self._rows))
        if self.following:
            self._show_cursor()
        self.refresh()
        self.post_message(self.Moved())

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    def copied(self) -> str:
        """The chosen line as text, all of it."""
        line = self.chosen
        if line is None:
            return ""
        head = f"{line['time']} {line['level']} {line['process']} {line['message']}"
        return f"{head}\n{line['traceback']}" if line["traceback"] else head

    def __repr__(self) -> str:
        return f"<LogView {len(self._lines)} lines, {first_line(self.chosen) if self.chosen else ''!r}>"
