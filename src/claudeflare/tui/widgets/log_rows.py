"""Log lines as rows of a terminal: one for each, more for those that were unfolded, the day where it changes. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from rich.text import Text

from claudeflare.client.resources import LogLine
from claudeflare.formatting import day, epoch
from claudeflare.presentation.harmless import harmless
from claudeflare.presentation.log_lines import pretty
from claudeflare.presentation.tables import QUIET

INDENT = 15
"""Columns of time and level: what was unfolded stands behind them."""


class Row(NamedTuple):
    """One line on the terminal."""

    line: LogLine | None
    """None for a day."""
    text: str
    """A day, or a part of what was unfolded; empty for the line itself."""

    def drawn(self, zone: tzinfo | None, *, open_: bool) -> Text:
        """As it is shown."""
        if self.text:
            return Text(" " * INDENT + self.text if self.line else self.text, QUIET)
        assert self.line is not None, "a row is a day, a part or a line"
        mark = "" if not foldable(self.line) else "▾ " if open_ else "▸ "
        text = pretty({**self.line, "message": mark + first_line(self.line), "traceback": None}, zone)
        text.no_wrap = True
        return text


def rows_of(line: LogLine, last_day: str, zone: tzinfo | None, *, open_width: int | None) -> Iterator[Row]:
    """The rows of one line. `open_width`: unfold it to so many columns."""
    its_day = day(epoch(line["time"]) or 0.0, zone)
    if its_day != last_day:
        yield Row(None, its_day)
    yield Row(line, "")
    if open_width is not None:
        width = max(20, open_width - INDENT)
        for part in [*_rest(line), *(line["traceback"] or "").splitlines()]:
            for piece in textwrap.wrap(harmless(part), width, drop_whitespace=False) or [" "]:
                yield Row(line, piece)


def foldable(line: LogLine) -> bool:
    """Whether there is more of it than its first line."""
    return bool(line["traceback"]) or "\n" in line["message"] or len(line["message"]) > 120


def first_line(line: LogLine) -> str:
    """The message, as far as one line goes."""
    return line["message"].partition("\n")[0]


def matches(line: LogLine, wanted: str) -> bool:
    """Whether a search finds it, in whatever case."""
    return wanted in f"{line['process']} {line['message']} {line['traceback'] or ''}".casefold()


def _rest(line: LogLine) -> list[str]:
    first, _, rest = line["message"].partition("\n")
    return ([first] if len(first) > 120 else []) + rest.splitlines()
