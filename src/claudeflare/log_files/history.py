"""The latest log lines of all processes in order of time, read from the end of their segments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from claudeflare.log_files.segments import Segment, segments

RANKS: Final = {"debug": 0, "info": 1, "warn": 2, "error": 3}
"""Levels from the least severe to the most."""


class LogEntry(msgspec.Struct, frozen=True):
    """One log line."""

    time: str
    """RFC 3339 in UTC with milliseconds, so that entries sort by it as text."""
    level: str
    process: str
    logger: str
    message: str
    traceback: str | None = None


class Wanted(msgspec.Struct, frozen=True):
    """Which lines a reader asks for."""

    level: str = "debug"
    """The least severe level, one of `RANKS`."""
    since: float | None = None
    """UTC epoch seconds."""

    def admits(self, entry: LogEntry) -> bool:
        """Whether this line is among them."""
        if RANKS.get(entry.level, RANKS["error"]) < RANKS[self.level]:
            return False
        return self.since is None or entry.time >= timestamp(self.since)


Position = dict[str, tuple[int, int]]
"""How far a reader has come: role -> number of the segment, and bytes of it that were read."""

_decoder = msgspec.json.Decoder(LogEntry)


def timestamp(at: float) -> str:
    """UTC epoch seconds as log lines write them."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(line: bytes) -> LogEntry | None:
    """One line; None for what a killed process or a full disk left of one."""
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError):  # the latter for JSON that is nested too deep
        return None


def latest(directory: Path, limit: int, wanted: Wanted) -> tuple[list[LogEntry], Position]:
    """The last `limit` lines, oldest first, and the position after them: a follower from there misses none."""
    found: list[LogEntry] = []
    position: Position = {}
    for role, series in segments(directory).items():
        of_role: list[LogEntry] = []
        for each in reversed(series):
            content = _whole_lines(each)
            position.setdefault(role, (each.number, len(content)))
            of_role[:0] = [entry for entry in _entries(content) if wanted.admits(entry)]
            if len(of_role) >= limit or _begins_before(content, wanted.since):
                break
        found += of_role[-limit:]
    # Stable, so that lines of one process keep their order whatever its clock did.
    return sorted(found, key=lambda entry: entry.time)[-limit:], position


def _whole_lines(each: Segment) -> bytes:
    try:
        content = each.path.read_bytes()
    except FileNotFoundError:  # deleted since it was listed
        return b""
    return content[: content.rfind(b"\n") + 1]


def _entries(content: bytes) -> Iterator[LogEntry]:
    for line in content.splitlines():
        if (entry := parse(line)) is not None:
            yield entry


def _begins_before(content: bytes, since: float | None) -> bool:
    """Whether what lies before this content is too old."""
    if since is None:
        return False
    first = next(_entries(content), None)
    return first is not None and first.time < timestamp(since)
