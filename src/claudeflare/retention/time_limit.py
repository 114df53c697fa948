"""Ends work that goes step by step when its time is over."""

from __future__ import annotations

import threading
import time


class TimeLimit(threading.Event):
    """An event that is set so many seconds after it was made."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.monotonic() + seconds

    def is_set(self) -> bool:
        """Whether the time is over."""
        return super().is_set() or time.monotonic() >= self._end

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so long, but not beyond the end."""
        left = max(0.0, self._end - time.monotonic())
        super().wait(left if timeout is None else min(left, timeout))
        return self.is_set()
