"""A hundred rounds of kills over ten lives of the server, every second life ended by killing the supervisor too."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from ordeal import PACE, Ordeal, Tell

from harness.killing import WORKERS, kill_rounds
from harness.server import claudeflare_server
from harness.simulated_api import simulated_api
from harness.steady_load import Ledger, steady_load

LIVES = 10
SEED = 42


async def test_a_hundred_rounds_of_kills(tmp_path: Path, tell: Tell) -> None:
    ledger, randomness, kills = Ledger(), random.Random(SEED), 0
    home = tmp_path / "home"
    workers = {"CLAUDEFLARE_WORKERS": str(WORKERS)}
    async with simulated_api(pacing=PACE) as upstream:
        for life in range(LIVES):
            async with claudeflare_server(upstream.url, home, **workers) as server:
                if life == 0:
                    await server.add("alpha", "beta")
                await server.until_accounts(configured=2)
                async with steady_load(server.url, ledger):
                    await ledger.grows(20)
                    kills += await kill_rounds(server, randomness)
                    await ledger.grows(20)
                    if life % 2:
                        server.signal("supervisor", signal.SIGKILL)
                        kills += 1
                if life % 2:
                    await server.ended()
        async with claudeflare_server(upstream.url, home, **workers) as server:
            await server.until_accounts(configured=2)
            this = Ordeal(server, upstream, ledger, kills)
            tell(this, await this.parity())
