"""Whatever is killed under load: every answer a client received whole is on record once, and no request is untraced."""

from __future__ import annotations

import random
from pathlib import Path

from claudeflare.simulator.pacing import Pacing
from harness.killing import WORKERS, kill_rounds
from harness.record_parity import assert_everybody_agrees, settled_parity
from harness.server import claudeflare_server
from harness.simulated_api import simulated_api
from harness.steady_load import Ledger, steady_load

PACE = Pacing(ttft=0.02, tokens_per_second=400.0)
"""An answer takes a twentieth of a second or two: most kills hit some in the middle."""


async def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    async with (
        simulated_api(pacing=PACE) as upstream,
        claudeflare_server(upstream.url, tmp_path / "home", CLAUDEFLARE_WORKERS=str(WORKERS)) as server,
    ):
        await server.add("alpha", "beta")
        async with steady_load(server.url, ledger):
            await ledger.grows(20)
            await kill_rounds(server, random.Random(20))
            await ledger.grows(20)
        parity = await settled_parity(server, ledger, upstream.world.seen)
        assert parity.holds, parity
        assert len(ledger.whole) < len(ledger.asked), "no kill hit a running request"
        await assert_everybody_agrees(server, parity)
