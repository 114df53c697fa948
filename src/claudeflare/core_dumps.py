"""Keeps this process's memory, which holds plain secrets, out of core files and of other programs' reach."""

from __future__ import annotations

import ctypes
import resource
import sys
from typing import Final

PR_SET_DUMPABLE: Final = 4


def forbid_core_dumps() -> None:
    """No core file, whatever happens; on Linux also none to a collector, and no debugger of the same user.

    Each process says it for itself: what prctl(2) sets ends with exec.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        # A `core_pattern` that is a program (systemd-coredump) gets the memory whatever the limit says.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
