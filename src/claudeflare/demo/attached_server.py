"""Runs `claudeflare serve` in a data directory of its own for as long as standard input is open.

A process of the demo's own around the server, so that however the demo ends, even by SIGKILL, no server and no data
directory is left: the kernel closes the pipe, the server drains, the directory goes.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence

from claudeflare.errors import ClaudeflareError
from claudeflare.settings_sources import load_settings
from claudeflare.supervisor.serve import serve

PREFIX = "claudeflare-demo-"


def main(arguments: Sequence[str]) -> int:
    """`[PORT, UPSTREAM_URL]`. Prints the data directory, then what the server prints; returns its exit status."""
    port, upstream_url = arguments
    # Until the server answers this signal itself, an orderly exit: the directory below must go.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    threading.Thread(target=_watch, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as home:
        sys.stdout.write(f"{home}\n")
        sys.stdout.flush()
        # Nothing of the user's own configuration: neither environment nor config.toml.
        overrides = {"home": home, "port": port, "upstream_url": upstream_url, "log_level": "warn"}
        try:
            loaded = load_settings({}, overrides)
            return serve(loaded.settings, loaded.sources)
        except ClaudeflareError as error:
            sys.stderr.write(f"{error}\n")
            return 1


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
