"""A data directory with everything that belongs to it running: a simulated API, one account, the server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLAUDEFLARE = (sys.executable, "-c", "from claudeflare.cli.main import main; main()")
QUESTION = {"model": "claude-haiku-4-5", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a command finds: this data directory, and nothing of the tester's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAUDEFLARE_")}
    return {**kept, "CLAUDEFLARE_HOME": str(home), "COLUMNS": "80", "TERM": "dumb", **more}


class Running:
    """A command that serves, from its "listening on" line until it is told to stop."""

    def __init__(self, *arguments: str, home: Path) -> None:
        self.process = subprocess.Popen(
            [*CLAUDEFLARE, *arguments], stdout=subprocess.PIPE, text=True, env=environment(home)
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://127.0.0.1:"):
            self.process.kill()
            raise AssertionError(f"did not start: {line!r}")
        self.url = line.split()[-1]

    def stop(self) -> int:
        """Its exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        return self.process.returncode


@contextmanager
def served(home: Path) -> Iterator[Running]:
    """The server, with the account `work`."""
    upstream = Running("simulator", "--port", "0", "--ttft", "0", home=home)
    try:
        add = [*CLAUDEFLARE, "add", "work", "--base-url", upstream.url]
        subprocess.run(add, input=b"sk-ant-api03-work", env=environment(home), check=True, stdout=subprocess.PIPE)
        server = Running("serve", "--port", "0", home=home)
        try:
            yield server
        finally:
            status = server.stop()
        assert status == 0
    finally:
        upstream.stop()


def ask(server: Running, session: str = "talk") -> str:
    """Send a request through the server; its id."""
    headers = {
        "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "any",
        "x-claudeflare-session": session,
    }  # fmt: skip
    request = urllib.request.Request(f"{server.url}/v1/messages", json.dumps(QUESTION).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.headers["x-claudeflare-request-id"])
