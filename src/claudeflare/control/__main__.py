"""`python -m claudeflare.control --channel-fd N`: the control process, as the supervisor starts it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
import sys

from claudeflare.control.process import ControlProcess

NICENESS = 10
"""Below the gateways: no report is worth a millisecond of somebody's traffic."""

NEW_OBJECTS = 20_000
"""How many objects may be made between two searches for garbage."""


def main() -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="claudeflare.control", description="Started by `claudeflare serve`.")
    parser.add_argument("--channel-fd", type=int, required=True, help="socket to the supervisor")
    arguments = parser.parse_args()
    os.nice(NICENESS)
    # Modules live as long as the process, and records come and go by the hundred without cycles: looking for garbage
    # after every 700 new objects would take a tenth of the time of storing them.
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    return asyncio.run(run(socket.socket(fileno=arguments.channel_fd)))


async def run(channel: socket.socket) -> int:
    """On the loop that `ControlProcess` needs from its first moment."""
    return await ControlProcess(channel).run()


if __name__ == "__main__":
    sys.exit(main())
