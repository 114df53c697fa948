"""`python -m claudeflare.control --channel-fd N`: the control process, as the supervisor starts it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

from claudeflare.control.process import ControlProcess
from claudeflare.core_dumps import forbid_core_dumps

NICENESS = 10
"""Below the gateways: no report is worth a millisecond of somebody's traffic."""

NEW_OBJECTS = 20_000
"""How many objects may be made between two searches for garbage."""

THREADS = 24
"""Python's own number is 6 on a small machine. As many as that never come back: they read the journal and delete by
age; what gateways and the API ask would wait for ever."""


def main() -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="claudeflare.control", description="Started by `claudeflare serve`.")
    parser.add_argument("--channel-fd", type=int, required=True, help="socket to the supervisor")
    arguments = parser.parse_args()
    forbid_core_dumps()
    os.nice(NICENESS)
    # Modules live as long as the process, and records come and go by the hundred without cycles: looking for garbage
    # after every 700 new objects would take a tenth of the time of storing them.
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    return asyncio.run(run(socket.socket(fileno=arguments.channel_fd)))


async def run(channel: socket.socket) -> int:
    """On the loop that `ControlProcess` needs from its first moment."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "control"))
    return await ControlProcess(channel).run()


if __name__ == "__main__":
    sys.exit(main())
