"""Log lines on disk, as a server's processes leave them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from claudeflare.log_files.history import LogEntry, timestamp
from claudeflare.log_files.segments import segment


def write(directory: Path, role: str, number: int, *lines: tuple[float, str], level: str = "info") -> Path:
    """Append lines, given by time and message, to a segment."""
    directory.mkdir(parents=True, exist_ok=True)
    path = segment(directory, role, number).path
    with path.open("ab") as file:
        for at, message in lines:
            entry = LogEntry(timestamp(at), level, role.replace("-", " "), "claudeflare.example", message)
            file.write(msgspec.json.encode(entry) + b"\n")
    return path
