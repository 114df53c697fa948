"""What work in small steps is tested with: an event whose waits take no time, and a backlog to work off."""

from __future__ import annotations

import threading


class Stop(threading.Event):
    """Waits are noted and take no time; the last of `allowed` of them sets it."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._allowed = allowed

    def wait(self, timeout: float | None = None) -> bool:
        """Note it."""
        assert timeout is not None
        self.waited.append(timeout)
        if len(self.waited) >= self._allowed:
            self.set()
        return self.is_set()


class Backlog:
    """So many old things."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.asked: list[float] = []
        """The times that were given with each batch."""

    def __repr__(self) -> str:
        return "<Backlog>"

    def delete(self, at: float, limit: int) -> int:
        """Delete a batch; how many that were."""
        self.asked.append(at)
        deleted = min(self.left, limit)
        self.left -= deleted
        return deleted
