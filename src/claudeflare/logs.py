"""Where and how this process logs: the standard library's logging, to standard error and, for a server, to files.

Nothing is redacted here: secrets are never passed to a logger in the first place.
"""

from __future__ import annotations

import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

import msgspec

from claudeflare.home import Home
from claudeflare.log_files.history import timestamp
from claudeflare.log_files.writer import LogFile
from claudeflare.settings import Settings

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}

_COLORS: Final = {"debug": "\x1b[2m", "info": "\x1b[32m", "warn": "\x1b[33m", "error": "\x1b[31m"}
_DIM: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[0m"
_CONTROL_CHARACTERS: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""Text from outside (a path, an error message) must not forge a line or drive the terminal."""
_LONGEST_TEXT: Final = 20_000
"""Characters of a message or traceback in a file: a line stays small enough to be written in one piece."""


def configure_logging(level: str, format: str, *, process: str, stream: TextIO | None = None) -> None:
    """Send every log record of this process to `stream` (standard error), replacing what was configured before.

    `level` is a key of `LEVELS`, `format` is `pretty`, `json` or `none` (nothing is sent there), `process` names this
    process in each line.
    """
    target = sys.stderr if stream is None else stream
    handler = logging.NullHandler() if format == "none" else logging.StreamHandler(target)
    handler.setFormatter(JsonLines(process) if format == "json" else PrettyLines(process, color=target.isatty()))
    root = logging.getLogger()
    for replaced in root.handlers[:]:
        root.removeHandler(replaced)
        if isinstance(replaced, LogFile):
            replaced.close()
    root.setLevel(LEVELS[level])
    _add(handler)


def configure_server_logging(settings: Settings, *, process: str) -> None:
    """As the settings say, for a process of a server: to standard error and to files in the data directory."""
    configure_logging(settings.log_level, settings.log_format, process=process)
    if settings.home:
        log_to_files(Home(settings.home).logs, process)


def log_to_files(directory: Path, process: str) -> LogFile:
    """Send every record to files in `directory` as well. A disk that fails is nobody's problem but theirs."""
    handler = LogFile(directory, process)
    handler.setFormatter(JsonLines(process, longest=_LONGEST_TEXT))
    _add(handler)
    return handler


def _add(handler: logging.Handler) -> None:
    root = logging.getLogger()
    handler.addFilter(_LessOfOthers(root.level))
    root.addHandler(handler)


class _LessOfOthers(logging.Filter):
    """Alembic reports each look at the schema as news, the HTTP client each request: to an owner they are none.

    Their `info` counts as `debug`.
    """

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.INFO and record.name.partition(".")[0] in ("alembic", "httpx2"):
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return record.levelno >= self._level


def printable(text: str) -> str:
    """`text` on one line, with every control character spelled out."""
    return text.translate(_CONTROL_CHARACTERS)


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
        message = printable(record.getMessage())
        head = f"{time} {level:5}"
        if self._color:
            head = f"{_DIM}{time}{_PLAIN} {_COLORS[level]}{level:5}{_PLAIN}"
        trace = self._traceback(record)
        return f"{head} {self._process}  {message}" + (f"\n{trace}" if trace else "")

    def _traceback(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, process, logger, message, and traceback if there is one."""

    def __init__(self, process: str, longest: int | None = None) -> None:
        """`longest`: how many characters of a message, and of the end of a traceback, are kept; None keeps all."""
        super().__init__()
        self._process = process
        self._longest = longest

    def format(self, record: logging.LogRecord) -> str:
        """One line; JSON escapes whatever the message holds."""
        line = {
            "time": timestamp(record.created),
            "level": level_name(record),
            "process": self._process,
            "logger": record.name,
            "message": _encodable(record.getMessage()[: self._longest]),
        }
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = _encodable(self.formatException(record.exc_info)[-(self._longest or 0) :])
        return msgspec.json.encode(line).decode()


def _encodable(text: str) -> str:
    """File names that are no UTF-8 come as lone surrogates, which no JSON text may hold."""
    return text.encode("utf-8", "backslashreplace").decode()
