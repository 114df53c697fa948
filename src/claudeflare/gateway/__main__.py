"""Entry point of a gateway process; started by the supervisor, never by hand."""

from __future__ import annotations

import argparse
import gc
import socket
import sys

import uvloop

from claudeflare.core_dumps import forbid_core_dumps
from claudeflare.gateway.process import GatewayProcess


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="claudeflare.gateway", description="Started by `claudeflare serve`.")
    parser.add_argument("--channel-fd", type=int, required=True, help="inherited socket to the supervisor")
    channel = socket.socket(fileno=parser.parse_args().channel_fd)
    forbid_core_dumps()
    # What is alive now lives as long as the process; collecting it again and again only costs time.
    gc.freeze()
    return uvloop.run(_run(channel))


async def _run(channel: socket.socket) -> int:
    return await GatewayProcess(channel).run()


if __name__ == "__main__":
    sys.exit(main())
