"""Everything a demo needs, opened in order and closed in reverse: simulated API, server, accounts, clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from claudeflare.access.control_token import ControlToken
from claudeflare.client.account_credentials import NewAccount
from claudeflare.client.client import Client
from claudeflare.demo.cast import Cast
from claudeflare.demo.observer import Observer
from claudeflare.demo.options import DemoOptions
from claudeflare.demo.server import DemoServer
from claudeflare.demo.traffic import Traffic, open_http
from claudeflare.demo.upstream import UpstreamTally
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.simulator.accounts import Accounts
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from claudeflare.simulator.world import World

PACING = Pacing(ttft=0.4, tokens_per_second=140.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """The parts of a running demo."""

    cast: Cast
    world: World
    server: DemoServer
    traffic: Traffic
    observer: Observer
    upstream: UpstreamTally


@asynccontextmanager
async def set_stage(options: DemoOptions, cast: Cast) -> AsyncIterator[Stage]:
    """Gives a stage on which nothing has happened yet. Raises ClaudeflareError when the server does not start."""
    world = World(Accounts(cast.accounts), Clock(options.speed), pacing=PACING, seed=options.seed)
    async with (
        SimulatorServer(world) as api,
        DemoServer(api.url, options.port) as server,
        _open_client(server) as client,
        open_http(server.url) as http,
    ):
        # The API lists the newest first: so the first of the cast stays the first shown.
        for account in cast.accounts:
            await client.add_account(
                NewAccount(name=account.name, mode="api-key", tier=1, priority=0, baseUrl=None, apiKey=account.key)
            )
        observer = Observer(client)
        await observer.look_at_accounts()
        traffic = Traffic(http, speed=options.speed, seed=options.seed)
        yield Stage(cast, world, server, traffic, observer, UpstreamTally(world))


@asynccontextmanager
async def _open_client(server: DemoServer) -> AsyncIterator[Client]:
    file = Home(server.home).control_token
    token = ControlToken.load(Settings(home=str(server.home)), file).value
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=30.0, trust_env=False) as http:
        yield Client(http, where=server.url, token_source=str(file), url=server.url)
