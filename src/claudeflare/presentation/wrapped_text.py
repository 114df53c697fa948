"""A text of any length as rows of a given width, each found without laying out those before it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from rich.cells import cell_len

_TAB: Final = "    "
_LONGEST_MEASURED: Final = 2_000
"""Of a longer line that is not ASCII every character is taken to be two cells wide."""
TOKENS: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*+"?)|(?P<word>\b(?:true|false|null)\b)'
    r"|(?P<number>-?\b\d[\d.eE+-]*)"
)
"""What is colored in one line of indented JSON: no value of it goes over a line's end."""


class WrappedText:
    """Rows are counted from 0. Making one reads the text once; a row is then read at once."""

    def __init__(self, text: str, width: int) -> None:
        self._lines = text.replace("\r\n", "\n").expandtabs(len(_TAB)).split("\n")
        self.width = max(1, width)
        self._first_rows: list[int] = []
        rows = 0
        for line in self._lines:
            self._first_rows.append(rows)
            rows += max(1, -(-len(line) // self._piece(line)))
        self._rows = rows

    def __len__(self) -> int:
        return self._rows

    def at(self, row: int) -> tuple[str, int, int]:
        """The line that a row is of, and where in it the row begins and ends."""
        number = bisect_right(self._first_rows, row) - 1
        line = self._lines[number]
        piece = self._piece(line)
        start = (row - self._first_rows[number]) * piece
        return line, start, min(start + piece, len(line))

    def row_of_line(self, number: int) -> int:
        """The first row of a line, counted from 0."""
        return self._first_rows[min(number, len(self._first_rows) - 1)]

    def _piece(self, line: str) -> int:
        """Characters of it that surely fit in a row."""
        if line.isascii():
            return self.width
        narrow = len(line) <= _LONGEST_MEASURED and cell_len(line) == len(line)
        return self.width if narrow else max(1, self.width // 2)

    def __repr__(self) -> str:
        return f"<WrappedText {len(self._lines)} lines in {self._rows} rows>"


def json_tokens(line: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """What is colored of a part of one line: from, to, `key`, `text`, `word` or `number`."""
    found = []
    for token in TOKENS.finditer(line):
        if token.start() >= end:
            break
        if token.end() > start:
            found.append((max(token.start(), start), min(token.end(), end), token.lastgroup or ""))
    return found
