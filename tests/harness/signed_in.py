"""Accounts of the simulated API that are signed in to already, with tokens that end; and what becomes of them."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.credentials.secrets import SecretBox
from claudeflare.home import Home
from claudeflare.simulator.oauth.ledger import SignIn
from claudeflare.simulator.oauth.options import OAuthOptions
from claudeflare.simulator.server import SimulatorServer
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.secrets import SecretStore
from harness.data_directory import opened
from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import simulated_api, subscription

QUESTION = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}


def sign_in(
    home: Home, upstream: SimulatorServer, name: str, *, lives: float, believed: float, good: bool = True
) -> None:
    """An account as after a sign-in, whose token in truth lives so long, and as we believe until `believed`."""
    world = upstream.world
    issued = world.oauth.issue(
        SignIn(account=name, client_id="client", scopes=("user:inference",)), world.clock.now(), lives
    )
    assert issued.refresh_token is not None
    tokens = OAuthTokens(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token if good else "sk-ant-ort01-unknown",
        expires_at=believed,
        lifetime=28_800.0,
        client_id="client",
        token_url=f"{upstream.url}/v1/oauth/token",
    )
    with opened(home) as database:
        box = SecretBox(Keyring.load(home.secret_key))
        service = CredentialService(AccountStore(database), SecretStore(database), box)
        service.add(NewAccount(name=name, mode="max"), tokens, time.time())


@asynccontextmanager
async def upstream_of(*names: str, seconds: float = 28_800.0) -> AsyncIterator[SimulatorServer]:
    async with simulated_api([subscription(name) for name in names]) as upstream:
        upstream.world.oauth.options = OAuthOptions(access_token_seconds=seconds)
        yield upstream


async def ask(client: httpx2.AsyncClient, url: str, account: str | None = None) -> httpx2.Response:
    """A question to whatever account, or to this one."""
    headers = {"anthropic-version": "2023-06-01"} | ({} if account is None else {"x-claudeflare-account": account})
    return await client.post(f"{url}/v1/messages", json=QUESTION, headers=headers, timeout=30)


async def usable_or_known(server: ClaudeflareServer, names: Sequence[str]) -> tuple[int, int]:
    """How many accounts serve and how many need a login. There is nothing between the two."""
    serving = lost = 0
    async with httpx2.AsyncClient() as client:
        for name in names:

            async def settled(name: str = name) -> Any:
                answer = await ask(client, server.url, name)
                status = (await server.account(name))["tokenStatus"]
                return (answer.status_code, status) if answer.status_code == 200 or status == "needs login" else None

            status, token = await eventually(settled, f"{name} to serve or to need a login", 30.0)
            serving += status == 200
            lost += token == "needs login"
    return serving, lost


async def killed_while_renewing(home: Home, kills: int, seed: int) -> None:
    """SIGKILL to control at random moments. Tokens live two seconds: there is always a renewal under way."""
    names = [f"account{number}" for number in range(8)]
    randomness = random.Random(seed)
    async with upstream_of(*names, seconds=2.0) as upstream:
        for name in names:
            sign_in(home, upstream, name, lives=2.0, believed=time.time())
        async with claudeflare_server(upstream.url, home.directory) as server:
            for _ in range(kills):
                # No event to wait for: that the moment is arbitrary is the point.
                await asyncio.sleep(randomness.uniform(0.0, 0.6))
                old = server.signal("control", signal.SIGKILL)
                await server.replaced("control", old)
            serving, lost = await usable_or_known(server, names)
            assert serving + lost >= len(names)
            # What was lost was lost in flight: the endpoint has seen the spent token again.
            assert lost <= upstream.world.oauth.counts.reuses
            assert upstream.world.oauth.counts.refreshes > len(names)
