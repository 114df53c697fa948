"""New log lines as they come, and a position to go on from: after a lost connection, or when the reader restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from claudeflare.errors import InvalidInput
from claudeflare.log_files.history import LogEntry, Position, Wanted, parse
from claudeflare.log_files.segments import Segment, segments

READ_BYTES: Final = 1_000_000
"""Read of each role at once: someone who was away for long catches up in steps."""


def position_text(position: Position) -> str:
    """A position in one word: `control.1.532,gateway-0.3.10`."""
    return ",".join(f"{role}.{number}.{offset}" for role, (number, offset) in sorted(position.items()))


def parse_position(text: str) -> Position:
    """The reverse. Raises `InvalidInput`."""
    position: Position = {}
    for part in filter(None, text.split(",")):
        role, *figures = part.split(".")
        if len(figures) != 2 or not all(each.isascii() and each.isdigit() and len(each) < 19 for each in figures):
            raise InvalidInput("Last-Event-ID is none of this stream's: leave it out to begin with what comes next.")
        position[role] = (int(figures[0]), int(figures[1]))
    return position


def end_of(directory: Path) -> Position:
    """The position after all there is."""
    return {role: (series[-1].number, _size(series[-1])) for role, series in segments(directory).items()}


class LogFollower:
    """Reads on from a position. Lines that one `read` finds come in order of time; later ones may be older."""

    def __init__(self, directory: Path, position: Position, wanted: Wanted, read_bytes: int = READ_BYTES) -> None:
        self._directory = directory
        self._wanted = wanted
        self._read_bytes = read_bytes
        self.position = dict(position)
        """After the last line that was read."""

    def read(self) -> list[tuple[LogEntry, Position]]:
        """Every new line, with the position after it for whoever has all of these up to this one."""
        found: list[tuple[str, tuple[int, int], LogEntry]] = []
        position = dict(self.position)
        reached: Position = {}
        for role, series in segments(self._directory).items():
            position[role] = reached[role] = _begin(series, position.get(role, (0, 0)))
            for place, entry in _new_lines(series, reached[role], self._read_bytes):
                reached[role] = place
                if entry is not None and self._wanted.admits(entry):
                    found.append((role, place, entry))
        lines: list[tuple[LogEntry, Position]] = []
        for role, place, entry in sorted(found, key=lambda line: line[2].time):
            position[role] = place
            lines.append((entry, dict(position)))
        self.position = reached
        return lines

    def __repr__(self) -> str:
        return f"<LogFollower {position_text(self.position)}>"


def _begin(series: list[Segment], place: tuple[int, int]) -> tuple[int, int]:
    """Where to read on: `place`, or the beginning when the directory was emptied and the series began anew."""
    number, offset = place
    newest = series[-1]
    emptied = newest.number < number or (newest.number == number and _size(newest) < offset)
    return (0, 0) if emptied else place


def _new_lines(
    series: list[Segment], begin: tuple[int, int], read_bytes: int
) -> Iterator[tuple[tuple[int, int], LogEntry | None]]:
    """Lines after `begin` with the place after each; None for a line that cannot be read."""
    number, offset = begin
    for each in series:
        if each.number < number:
            continue
        place = offset if each.number == number else 0
        content = _read(each, place, read_bytes)
        for line in content.splitlines(keepends=True):
            place += len(line)
            yield (each.number, place), parse(line)
        if len(content) > read_bytes // 2:
            return


def _read(each: Segment, offset: int, read_bytes: int) -> bytes:
    """Whole lines from `offset` on."""
    try:
        with each.path.open("rb") as file:
            file.seek(offset)
            content = file.read(read_bytes)
    except FileNotFoundError:
        return b""
    return content[: content.rfind(b"\n") + 1]


def _size(each: Segment) -> int:
    try:
        return each.path.stat().st_size
    except FileNotFoundError:
        return 0
