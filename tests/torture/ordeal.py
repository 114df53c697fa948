"""A server under steady load, and what its tormentors do to it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from harness.killing import running, whole_again
from harness.record_parity import Parity, assert_everybody_agrees, settled_parity
from harness.server import VISIBLE_SECONDS, ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import simulated_api
from harness.steady_load import Ledger, steady_load

REPORT_SECONDS = 2.0
"""Gateways tell of it once a second."""

PACE = Pacing(ttft=0.02, tokens_per_second=400.0)


@dataclass
class Ordeal:
    """One scenario from begin to end."""

    server: ClaudeflareServer
    upstream: SimulatorServer
    ledger: Ledger
    kills: int = 0
    shed: int = 0
    """Records that the product says it could not write."""
    excused: int = 0
    """Records that the test itself destroyed."""

    async def kill(self, plane: str) -> None:
        """SIGKILL; returns when another process serves in its place."""
        old = self.server.signal(plane, signal.SIGKILL)
        self.kills += 1
        await self.server.replaced(plane, old)

    async def kill_unattended(self, plane: str) -> None:
        """SIGKILL to whatever runs there; its place may stay empty."""
        for pid in await running(self.server, plane):
            os.kill(pid, signal.SIGKILL)
            self.kills += 1

    async def told_shed(self) -> int:
        """What `/api/stats` says was shed; 0 while nobody answers."""
        answer = await self.server.api.get("/api/stats")
        return int(answer.json()["shedRecords"]) if answer.is_success else 0

    async def shedding(self) -> None:
        """Return when the product says that it sheds."""
        await eventually(self.told_shed, "what is shed to be told", VISIBLE_SECONDS)

    async def shedding_is_over(self) -> None:
        """Take what the product says was shed, once it has said its last word; the command line has to repeat it."""
        await whole_again(self.server, workers=1)
        while (told := await self.told_shed()) != self.shed:
            self.shed = told
            await asyncio.sleep(REPORT_SECONDS)
        assert f"{told:,} request" in (await self.server.cli("status")).stdout

    async def parity(self, url: str = "") -> Parity:
        """After the load has ended: lost is what is said to be shed, what the test destroyed, and nothing else."""
        await whole_again(self.server, workers=1)
        expected = self.shed + self.excused
        parity = await settled_parity(self.server, self.ledger, self.upstream.world.seen, url=url, lost=expected)
        assert len(parity.lost) == expected, parity
        assert not parity.repeated, parity
        assert not parity.open, parity
        await assert_everybody_agrees(self.server, parity)
        assert await self.told_shed() == self.shed
        return parity


Tell = Callable[[Ordeal, Parity], None]
"""The fixture `tell`: puts one line into the table."""


@asynccontextmanager
async def ordeal(home: Path, **environ: str) -> AsyncIterator[Ordeal]:
    """A server with two accounts."""
    async with simulated_api(pacing=PACE) as upstream, claudeflare_server(upstream.url, home, **environ) as server:
        await server.add("alpha", "beta")
        yield Ordeal(server, upstream, Ledger())


@asynccontextmanager
async def under_load(this: Ordeal) -> AsyncIterator[None]:
    """Clients ask before, during and after what the block does."""
    async with steady_load(this.server.url, this.ledger):
        await this.ledger.grows(50)
        yield
        await this.ledger.grows(50)
