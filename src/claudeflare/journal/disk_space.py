"""Whether a disk has room for what could be done without."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

CHECK_SECONDS: Final = 1.0


def free_bytes(directory: Path) -> int:
    """Bytes that this user may still write where `directory` lies. Raises `OSError`."""
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


class DiskSpace:
    """Asks the system at most once in `CHECK_SECONDS`."""

    def __init__(
        self,
        directory: Path,
        floor: int,
        measure: Callable[[Path], int] = free_bytes,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._floor = floor
        self._measure = measure
        self._monotonic = monotonic
        self._ample = True
        self._checked_at: float | None = None

    def ample(self) -> bool:
        """Whether at least `floor` bytes are free. A directory that cannot be asked about has none."""
        now = self._monotonic()
        if self._checked_at is None or now - self._checked_at >= CHECK_SECONDS:
            self._checked_at = now
            try:
                self._ample = self._measure(self._directory) >= self._floor
            except OSError:
                self._ample = False
        return self._ample

    def __repr__(self) -> str:
        return f"<DiskSpace of {self._directory} {'ample' if self._ample else 'short'}>"
