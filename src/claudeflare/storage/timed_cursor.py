"""SQLite finds rows while they are fetched: a cursor that knows how long that took."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from time import perf_counter
from typing import Any


class TimedCursor(sqlite3.Cursor):
    """Adds up the seconds spent fetching, and tells them when it is closed."""

    seconds = 0.0
    at_end: Callable[[float], None] | None = None

    def fetchone(self) -> Any:
        began = perf_counter()
        row = super().fetchone()
        self.seconds += perf_counter() - began
        return row

    def fetchmany(self, size: int | None = None) -> list[Any]:
        began = perf_counter()
        rows = super().fetchmany(self.arraysize if size is None else size)
        self.seconds += perf_counter() - began
        return rows

    def fetchall(self) -> list[Any]:
        began = perf_counter()
        rows = super().fetchall()
        self.seconds += perf_counter() - began
        return rows

    def close(self) -> None:
        super().close()
        if self.at_end is not None:
            at_end, self.at_end = self.at_end, None
            at_end(self.seconds)


class TimedConnection(sqlite3.Connection):
    """Its cursors are timed."""

    def cursor(self, factory: Any = TimedCursor) -> Any:
        return super().cursor(factory)
