from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from claudeflare.control.retention_runner import RetentionRunner
from claudeflare.home import Home
from claudeflare.retention.retention import Retention
from harness.control_process import control_process
from harness.data_directory import add_requests, priced
from harness.journal_frames import finished

NOW = 1_795_000_000.0


class Store:
    """Notes when it was asked."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def delete_before(self, before: float, limit: int, *, keep_sums: bool) -> int:
        self.asked.set()
        return 0


async def test_it_begins_at_the_start_and_ends_at_once() -> None:
    store = Store()
    runner = RetentionRunner(Retention(store, lambda: 1, lambda: NOW))
    runner.start()
    assert await asyncio.to_thread(store.asked.wait, 10)
    await asyncio.wait_for(runner.close(), 10)


async def test_closing_before_the_start_does_nothing() -> None:
    await RetentionRunner(Retention(Store(), lambda: 1, lambda: NOW)).close()


async def test_control_deletes_what_is_too_old_once_it_runs(tmp_path: Path) -> None:
    add_requests(Home(str(tmp_path / "home")), priced(finished("r1", started_at=0.0)))
    async with control_process(tmp_path) as control:
        await control.ready()
        async with control.client() as client:
            while (await client.get("/api/requests")).json():
                pass
            assert (await client.get("/api/stats")).json()["totalRequests"] == 1
        control.terminate()
        status, logged = await control.ended()
    assert status == 0
    assert "1 request records older than 365 days were deleted" in logged
