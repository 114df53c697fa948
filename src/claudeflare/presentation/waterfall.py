"""A request's timing as a picture of blocks, and the same in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claudeflare.formatting import milliseconds
from claudeflare.presentation.request_timing import (
    CONNECT,
    FIRST_BYTE,
    FIRST_CONTENT,
    OVERHEAD,
    PAUSE,
    PHASES,
    QUEUED,
    STREAM,
    Segment,
    Timing,
    TimingRow,
)
from claudeflare.presentation.tables import QUIET, table

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from claudeflare.client.resources import Json

LOOKS: Final = {
    QUEUED: ("░", "yellow"),
    PAUSE: ("░", "bright_black"),
    CONNECT: ("▒", "blue"),
    FIRST_BYTE: ("▓", "blue"),
    FIRST_CONTENT: ("▓", "cyan"),
    STREAM: ("█", "green"),
    OVERHEAD: ("█", "magenta"),
}
"""Phase -> block and color: told apart by either."""
LONGEST_LABEL: Final = 26
_MARKS: Final = (0, 1, 0.5, 0.25, 0.75)
"""Shares of the whole that are told, the most telling first."""


def picture(timing: Timing, width: int) -> Text:
    """The waterfall in `width` columns: an axis, then one line each."""
    from rich.text import Text

    labels = [_label(row) for row in timing.rows]
    room = max(8, min(LONGEST_LABEL, width // 3, max((len(label) for label in labels), default=0)))
    track = max(10, width - room - 2)
    drawn = Text(" " * (room + 2) + _axis(timing.total, track), QUIET, no_wrap=True)
    for row, label in zip(timing.rows, labels, strict=True):
        label = label if len(label) <= room else label[: room - 1] + "…"
        drawn.append("\n")
        drawn.append(label.ljust(room) + "  ", "red" if row.note else "")
        _draw(drawn, row.segments, timing.total, track)
    return drawn


def figures(timing: Timing) -> Table:
    """Each phase with when it began and what it took."""
    grid = table("Where", "What", "At", "Took", right=("At", "Took"))
    for row in timing.rows:
        label = row.label + (f": {row.note}" if row.note else "")
        for number, segment in enumerate(row.segments):
            grid.add_row(
                label if number == 0 else "",
                _named(segment.phase),
                milliseconds(segment.start),
                milliseconds(segment.end - segment.start),
            )
    return grid


def overhead_words(detail: Json) -> str:
    """Claudeflare's own part, in a sentence."""
    waited = f" and the request waited {milliseconds(detail['queuedMs'])} for an account" if detail["queuedMs"] else ""
    return (
        f"Of {milliseconds(detail['responseTimeMs'])} in all, Claudeflare itself took"
        f" {milliseconds(detail['overheadMs'])}{waited}."
    )


def _named(phase: str) -> Text:
    from rich.text import Text

    block, color = LOOKS[phase]
    return Text.assemble((block, color), f" {PHASES[phase]}")


def _label(row: TimingRow) -> str:
    return f"{row.label} ({row.note})" if row.note else row.label


def _axis(total: float, width: int) -> str:
    """Times below which they stand: as many as have room."""
    line = " " * width
    for share in _MARKS:
        mark = milliseconds(total * share) if share else "0"
        at = min(round(width * share), width - len(mark))
        if not line[max(0, at - 1) : at + len(mark) + 1].strip():
            line = line[:at] + mark + line[at + len(mark) :]
    return line


def _draw(drawn: Text, segments: tuple[Segment, ...], total: float, width: int) -> None:
    """Each segment at its place; the shortest shows as the thinnest block."""
    at = 0
    for segment in segments:
        block, color = LOOKS[segment.phase]
        start = min(max(at, round(segment.start / total * width)), width - 1)
        end = min(round(segment.end / total * width), width)
        if start < at:
            continue
        drawn.append("·" * (start - at), QUIET)
        shortest = (segment.end - segment.start) / total * width < 0.5  # of a block
        drawn.append("▏" if shortest else block * max(1, end - start), color)
        at = start + 1 if shortest else max(end, start + 1)
    drawn.append("·" * (width - at), QUIET)
