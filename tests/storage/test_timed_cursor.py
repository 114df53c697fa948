from __future__ import annotations

import sqlite3
from contextlib import closing

from claudeflare.storage.timed_cursor import TimedConnection, TimedCursor

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n"


def test_all_ways_of_fetching_add_up_and_are_told_once() -> None:
    with closing(sqlite3.connect(":memory:", factory=TimedConnection)) as connection:
        cursor = connection.cursor()
        assert isinstance(cursor, TimedCursor)
        told: list[float] = []
        cursor.at_end = told.append
        cursor.execute(NUMBERS)
        steps = [cursor.seconds]
        assert cursor.fetchone() == (1,)
        steps.append(cursor.seconds)
        assert cursor.fetchmany() == [(2,)]
        assert cursor.fetchmany(2) == [(3,), (4,)]
        steps.append(cursor.seconds)
        assert cursor.fetchall() == [(5,)]
        steps.append(cursor.seconds)
        assert steps == sorted(set(steps))
        cursor.close()
        cursor.close()
        assert told == [steps[-1]]


def test_a_cursor_nobody_asked_about_just_closes() -> None:
    with closing(sqlite3.connect(":memory:", factory=TimedConnection)) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        connection.cursor().close()
