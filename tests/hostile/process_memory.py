"""How much memory this process has taken at its worst since a moment."""

from __future__ import annotations

from pathlib import Path

MIB = 1024 * 1024


class PeakMemory:
    """Begins to watch when it is made (Linux, proc(5): clear_refs)."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")
        self._before = _peak()

    @property
    def grown(self) -> int:
        """Bytes above what it was at the beginning."""
        return _peak() - self._before


def can_watch() -> bool:
    """Whether this system tells."""
    return Path("/proc/self/clear_refs").exists()


def _peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM in /proc/self/status")
