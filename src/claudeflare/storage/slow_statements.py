"""Remembers the statements that took longest since the database was opened: their text, never what they were given."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from claudeflare.storage.timed_cursor import TimedCursor

THRESHOLD_SECONDS: Final = 0.1
"""What takes less is forgotten at once."""
MOST: Final = 20
"""Statements remembered; the quickest of them gives way to a slower one."""
LONGEST_TEXT: Final = 2000
"""Characters of a statement."""

_BEGAN: Final = "claudeflare_statement_began"
_NUMBER: Final = re.compile(r"(?<![\w$])\d+(?:\.\d+)?(?!\w)")
_LIST: Final = re.compile(r"\((?:\s*[^\s(),]+\s*,){4,}[^()]*\)")


class SlowStatement(msgspec.Struct, kw_only=True):
    """One statement, however often it was slow."""

    statement: str
    """Without values: numbers are `?`, long lists `(…)`."""
    times: int = 0
    """How often it took longer than the threshold."""
    slowest_seconds: float = 0.0
    total_seconds: float = 0.0
    last_at: float = 0.0
    """UTC epoch seconds."""


class Execution(msgspec.Struct):
    """One statement that was executed."""

    statement: str
    parameters: Any
    seconds: float
    """Until the last of its rows was fetched."""


class SlowStatements:
    """Listens to one engine. Safe to ask from any thread."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives UTC epoch seconds."""
        self.threshold_seconds = THRESHOLD_SECONDS
        self._clock = clock
        self._found: dict[str, SlowStatement] = {}
        self._lock = threading.Lock()
        self._recording = threading.local()
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        event.listen(engine, "handle_error", self._fail)

    def slowest(self) -> list[SlowStatement]:
        """Slowest first."""
        with self._lock:
            found = [msgspec.structs.replace(each) for each in self._found.values()]
        return sorted(found, key=lambda each: each.slowest_seconds, reverse=True)

    @contextmanager
    def recording(self) -> Iterator[list[Execution]]:
        """Everything this thread executes in the block, with what it was given. None of it is remembered as slow."""
        executed: list[Execution] = []
        self._recording.executed = executed
        try:
            yield executed
        finally:
            self._recording.executed = None

    def _begin(self, connection: Connection, *_statement: object) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    def _end(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, _context: object, _many: bool
    ) -> None:
        execution = Execution(statement, parameters, time.perf_counter() - connection.info[_BEGAN])
        if (executed := self._recorded()) is not None:
            executed.append(execution)
        if isinstance(cursor, TimedCursor):
            cursor.at_end = lambda seconds: self._ended(execution, seconds)
        else:
            self._ended(execution, 0.0)

    def _fail(self, context: ExceptionContext) -> None:
        """What was given up after a long time is what matters most."""
        if context.statement is not None and context.connection is not None and not context.connection.invalidated:
            began = context.connection.info.get(_BEGAN)
            if began is not None:
                self._ended(Execution(context.statement, None, time.perf_counter() - began), 0.0)

    def _ended(self, execution: Execution, fetched_in: float) -> None:
        execution.seconds += fetched_in
        if execution.seconds < self.threshold_seconds or self._recorded() is not None:
            return
        text = without_values(execution.statement)
        with self._lock:
            known = self._found.setdefault(text, SlowStatement(statement=text))
            known.times += 1
            known.slowest_seconds = max(known.slowest_seconds, execution.seconds)
            known.total_seconds += execution.seconds
            known.last_at = self._clock()
            if len(self._found) > MOST:
                quickest = min(self._found.values(), key=lambda each: each.slowest_seconds)
                del self._found[quickest.statement]

    def _recorded(self) -> list[Execution] | None:
        """What this thread records."""
        return getattr(self._recording, "executed", None)


def without_values(statement: str) -> str:
    """The statement in one line, without numbers of rows and without the length of lists."""
    return _LIST.sub("(…)", _NUMBER.sub("?", " ".join(statement.split())))[:LONGEST_TEXT]
