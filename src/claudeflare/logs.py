"""Where and how this process logs: the standard library's logging, one handler, pretty lines or JSON lines.

Nothing is redacted here: secrets are never passed to a logger in the first place.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}

_COLORS: Final = {"debug": "\x1b[2m", "info": "\x1b[32m", "warn": "\x1b[33m", "error": "\x1b[31m"}
_DIM: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[0m"
_CONTROL_CHARACTERS: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""Text from outside (a path, an error message) must not forge a line or drive the terminal."""


def configure_logging(level: str, format: str, *, process: str, stream: TextIO | None = None) -> None:
    """Send every log record of this process to `stream` (standard error), replacing what was configured before.

    `level` is a key of `LEVELS`, `format` is `pretty` or `json`, `process` names this process in each line.
    """
    target = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(target)
    handler.setFormatter(JsonLines(process) if format == "json" else PrettyLines(process, color=target.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])


def level_name(record: logging.LogRecord) -> str:
    """The record's level in our four words."""
    if record.levelno >= logging.ERROR:
        return "error"
    if record.levelno >= logging.WARNING:
        return "warn"
    return "info" if record.levelno >= logging.INFO else "debug"


class PrettyLines(logging.Formatter):
    """`12:40:03.123 warn  gateway 0  message`, local time; colored for a terminal."""

    def __init__(self, process: str, *, color: bool) -> None:
        super().__init__()
        self._process = process
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        """One line, then the traceback if there is one."""
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S.%f")[:-3]
        level = level_name(record)
        message = record.getMessage().translate(_CONTROL_CHARACTERS)
        head = f"{time} {level:5}"
        if self._color:
            head = f"{_DIM}{time}{_PLAIN} {_COLORS[level]}{level:5}{_PLAIN}"
        trace = self._traceback(record)
        return f"{head} {self._process}  {message}" + (f"\n{trace}" if trace else "")

    def _traceback(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, process, logger, message, and traceback if there is one."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """One line; JSON escapes whatever the message holds."""
        time = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": level_name(record),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()
