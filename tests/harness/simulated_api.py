"""A simulated Claude API on a free port for as long as a test needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from claudeflare.simulator.accounts import Accounts, Limits, SimulatedAccount, WindowBudgets
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.pacing import INSTANT, Pacing
from claudeflare.simulator.server import SimulatorServer
from claudeflare.simulator.world import World


def api_account(name: str, *, limits: Limits | None = None, organization: str = "") -> SimulatedAccount:
    """An account with the API key `sk-ant-api03-<name>`; limits are per minute and model class."""
    return SimulatedAccount(name=name, key=f"sk-ant-api03-{name}", organization=organization, limits=limits)


def subscription(name: str, *, windows: WindowBudgets | None = None) -> SimulatedAccount:
    """An account with the OAuth token `sk-ant-oat01-<name>`."""
    return SimulatedAccount(name=name, key=f"sk-ant-oat01-{name}", windows=windows or WindowBudgets())


@asynccontextmanager
async def simulated_api(
    accounts: Sequence[SimulatedAccount] = (), *, clock: Clock | None = None, pacing: Pacing = INSTANT, seed: int = 0
) -> AsyncIterator[SimulatorServer]:
    """Gives a server with `.url` and `.world` (`world.inject(…)`, `world.seen`, `world.clock`).

    Without `accounts` every key `sk-ant-…` opens one of its own. Answers come at once unless `pacing` says otherwise.
    The clock is the real one, so that resets make sense to the program under test; a test that waits for a refill, a
    window or a pause gives a `ManualClock` and moves it.
    """
    world = World(Accounts(accounts), clock or Clock(), pacing=pacing, seed=seed, keep_bodies=True)
    async with SimulatorServer(world) as server:
        yield server
