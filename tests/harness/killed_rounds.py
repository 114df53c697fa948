"""Does the same work again and again, each time in a process that kills itself at another of its calls.

The rounds fork from a program of their own: a test's process has threads, and a fork copies whatever locks they hold.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from claudeflare.backup.swap import Exchange, exchange_files
from claudeflare.credentials.key_rotation import KeyRotation
from claudeflare.credentials.key_vault import FileVault
from claudeflare.credentials.secrets import SecretBox
from claudeflare.home import Home
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SecretStore

ENDLESS = 10**12
"""More calls than any work makes: it ends by itself."""


def killed_rounds(work: str, rounds: Sequence[tuple[Sequence[str], int]]) -> list[int]:
    """Exit statuses of `work` (a function of this module), given texts, killed at their n-th call of anything."""
    program = [sys.executable, "-m", "harness.killed_rounds", work]
    done = subprocess.run(
        program, input=json.dumps(rounds), cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True, text=True
    )
    return list(json.loads(done.stdout))


def exchange(directory: str, *names: str) -> None:
    """Put `NAME.new` in the place of `NAME` for each name, keeping that as `NAME.kept`."""
    paths = [Path(directory, name) for name in names]
    exchange_files(Home(directory), [Exchange(f"{path}.new", str(path), f"{path}.kept") for path in paths])


def rotate(directory: str) -> None:
    """Give the secrets of a directory a new key and forget the old one."""
    vault = FileVault(Path(directory, "secret.key"))
    database = Database(f"sqlite:///{directory}/test.db")
    rotation = KeyRotation(vault, SecretStore(database), SecretBox.of(vault))
    rotation.rotate()
    rotation.forget()


WORK: dict[str, Callable[..., None]] = {"exchange": exchange, "rotate": rotate}


def _round(work: str, arguments: Sequence[str], calls: int) -> None:
    left = calls

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal left
        if event in ("call", "c_call"):
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    WORK[work](*arguments)
    sys.setprofile(None)


def _main() -> None:
    statuses = []
    for arguments, calls in json.load(sys.stdin):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _round(sys.argv[1], arguments, calls)
                status = 0
            finally:
                os._exit(status)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    print(json.dumps(statuses))


if __name__ == "__main__":
    _main()
