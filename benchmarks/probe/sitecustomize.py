"""Found by Python on start when this directory is on its path: times the event loop of a gateway, and of nothing else.

A timer is set for every millisecond. How late it comes is how long a callback, or another process on the same core,
kept the loop from it. The longest so far is in the file `BENCH_PROBE_FILE`; SIGUSR2 begins anew.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from typing import Any

STEP_SECONDS = 0.001


async def _watch(file: int) -> None:
    longest = 0.0

    def forget() -> None:
        nonlocal longest
        longest = 0.0
        os.pwrite(file, b"%9.3f" % 0.0, 0)

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, forget)
    while True:
        due = time.monotonic() + STEP_SECONDS
        await asyncio.sleep(STEP_SECONDS)
        late = time.monotonic() - due
        if late > longest:
            longest = late
            os.pwrite(file, b"%9.3f" % (late * 1000), 0)


def _install() -> None:
    import uvloop

    from claudeflare.tasks import TaskKeeper

    run = uvloop.run

    async def watched(main: Coroutine[Any, Any, int], file: int) -> int:
        watching = TaskKeeper().start(_watch(file), "timing the loop")
        try:
            return await main
        finally:
            watching.cancel()

    def run_watched(main: Coroutine[Any, Any, int]) -> int:
        return run(watched(main, os.open(os.environ["BENCH_PROBE_FILE"], os.O_WRONLY)))

    uvloop.run = run_watched  # type: ignore[assignment]


if "BENCH_PROBE_FILE" in os.environ and "claudeflare.gateway" in sys.orig_argv:
    _install()
