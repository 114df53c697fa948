"""A list of lines to choose from that keeps its cursor and its place while lines come, change and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from claudeflare.tui.widgets.inverted_cursor import InvertedCursor


class RowList(InvertedCursor):
    """Rows have ids. `OptionHighlighted` and `OptionSelected` tell what the user does, and never what `put` does."""

    DEFAULT_CSS = """
    RowList {
        border: none;
        padding: 0;
        height: auto;
        background: transparent;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    RowList:focus { border: none; background-tint: transparent; }
    RowList > .option-list--option { padding: 0 1; }
    RowList > .option-list--option-highlighted { background: transparent; text-style: none; color: $foreground; }
    RowList:focus > .option-list--option-highlighted { background: $primary 25%; color: $foreground; text-style: none; }
    RowList.marked > .option-list--option-highlighted { background: $primary 15%; }
    RowList:ansi.marked > .option-list--option-highlighted { background: ansi_default; text-style: underline; }
    RowList:ansi:focus > .option-list--option-highlighted {
        background: ansi_default;
        color: ansi_default;
        text-style: none;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]

    def __init__(self, *, live: bool = False, id: str | None = None, classes: str | None = None) -> None:
        """`live`: a cursor on the first row stays on the first row, whichever that is."""
        super().__init__(id=id, classes=classes, markup=False)
        self._live = live
        self._rows: tuple[tuple[str, Content], ...] = ()

    @property
    def chosen(self) -> str | None:
        """Id of the row the cursor is on."""
        return None if self.highlighted is None else self._rows[self.highlighted][0]

    def put(self, rows: Sequence[tuple[str, Content]]) -> None:
        """Show these rows. Only what differs is drawn; cursor and place stay on their rows, or near them."""
        before, self._rows = self._rows, tuple(rows)
        if [id_ for id_, _ in before] != [id_ for id_, _ in self._rows]:
            self._replace(before)
            return
        for index, ((_, row), (_, known)) in enumerate(zip(self._rows, before, strict=True)):
            if not row.is_same(known):
                self.replace_option_prompt_at_index(index, row)

    def choose(self, row_id: str | None) -> bool:
        """Put the cursor on a row; False when there is none of that id."""
        index = self._index(row_id)
        if index is not None:
            self.highlighted = index
        return index is not None

    def _replace(self, before: tuple[tuple[str, Content], ...]) -> None:
        at, top = self.highlighted, round(self.scroll_y)
        first = before[self._lines[top][0]][0] if 0 < top < len(self._lines) else None
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(Option(prompt, id=id_) for id_, prompt in self._rows)
            if self._rows:
                stays = self._live and not at
                index = None if at is None or stays else self._index(before[at][0])
                self.highlighted = min(at or 0, len(self._rows) - 1) if index is None else index
        index = self._index(first)
        self.scroll_to(y=top if index is None else self._index_to_line.get(index, top), animate=False, immediate=True)

    def _index(self, row_id: str | None) -> int | None:
        return next((index for index, (id_, _) in enumerate(self._rows) if id_ == row_id), None)
