"""Questions in threads that nobody has to wait for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from claudeflare.diagnosis.detached import detached


async def test_what_it_says_and_what_it_raises() -> None:
    assert await detached(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await detached(lambda: 1 // 0)


async def test_its_caller_may_give_up() -> None:
    begun, end = threading.Event(), threading.Event()

    def ask() -> bool:
        begun.set()
        return end.wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(detached(ask), 0.01)
    assert begun.is_set()
    end.set()  # what it says now is of no interest to anybody


def test_a_process_ends_while_one_hangs() -> None:
    program = (
        "import asyncio, threading\n"
        "from claudeflare.diagnosis.detached import detached\n"
        "async def run():\n"
        "    try: await asyncio.wait_for(detached(threading.Event().wait), 0.01)\n"
        "    except TimeoutError: print('given up')\n"
        "asyncio.run(run())"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20).stdout == (
        "given up\n"
    )
