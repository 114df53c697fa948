"""A program: imports the modules named in its arguments and prints, as JSON, whatever they did besides defining.

Run by test_import_effects in a process of its own, because a module can be imported only once.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import sys
import threading
from typing import Any

EVENTS = {
    "os.fork",
    "os.mkdir",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "socket.__new__",
    "socket.connect",
    "sqlite3.connect",
    "subprocess.Popen",
    "_thread.start_joinable_thread",
    "_thread.start_new_thread",
}
"""Audit events that no import has a reason for."""

ENVIRON_MACHINERY = {"os", "collections.abc", __name__}
"""Modules between `os.environ` and whoever asked it."""

seen: list[str] = []


class WatchedEnviron(type(os.environ)):  # type: ignore[misc]  # the class has no public name
    """Notes each variable that one of our modules reads; what libraries read is their affair."""

    def __getitem__(self, key: str) -> str:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__") in ENVIRON_MACHINERY:
            frame = frame.f_back
        name = frame.f_globals.get("__name__", "")
        if name.startswith("claudeflare"):
            seen.append(f"{name} reads the variable {key}")
        value: str = super().__getitem__(key)
        return value


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what is not for an import to do."""
    if event in EVENTS:
        seen.append(f"{event} {arguments!r}")
    elif event == "open" and "__pycache__" not in str(arguments[0]) and set(arguments[1] or "") & set("wax+"):
        seen.append(f"writes {arguments[0]!r}")


def main(modules: list[str]) -> None:
    """Import them in this order and print what was seen."""
    os.environ.__class__ = WatchedEnviron
    sys.addaudithook(watch)
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    for name in modules:
        before = len(seen)
        importlib.import_module(name)
        seen[before:] = [f"importing {name}: {what}" for what in seen[before:]]
    if threading.active_count() != 1:
        seen.append(f"threads: {threading.enumerate()}")
    seen.extend(f"a handler for {number}" for number, old in handlers.items() if signal.getsignal(number) is not old)
    if logging.getLogger().handlers:
        seen.append("a handler on the root logger")
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1:])
