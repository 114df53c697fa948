"""Which processes there are of a group or a session, and waiting until there are none."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable


def processes_of_group(group: int) -> list[int]:
    """Ids of the living processes of a process group."""
    return _living(os.getpgid, group)


def processes_of_session(session: int) -> list[int]:
    """The same of a session."""
    return _living(os.getsid, session)


async def gone(group: int) -> None:
    """Wait until no process of the group lives; the test's own time limit is the patience."""
    while processes_of_group(group):
        await asyncio.sleep(0.05)


def _living(belongs_to: Callable[[int], int], number: int) -> list[int]:
    """Zombies that nobody has waited for yet are dead."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    found = []
    for pid, state in (line.split() for line in listed.splitlines()):
        try:
            if not state.startswith("Z") and belongs_to(int(pid)) == number:
                found.append(int(pid))
        except (ProcessLookupError, PermissionError):  # ended since; not ours to ask about
            continue
    return found
