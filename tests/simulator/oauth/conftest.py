"""A simulated API whose time stands still, and a client that signs in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio
from oauth_client import OAuthClient

from claudeflare.simulator.accounts import SimulatedAccount, WindowBudgets
from claudeflare.simulator.clock import ManualClock
from harness.simulated_api import api_account, simulated_api, subscription


@pytest_asyncio.fixture
async def oauth() -> AsyncIterator[OAuthClient]:
    accounts = [
        subscription("max", windows=WindowBudgets(overage_tokens=1000)),
        api_account("work", organization="acme"),
        SimulatedAccount(name="ci", key="sk-ant-api03-ci", organization="acme", federation_rule="fdrl_ci"),
    ]
    async with (
        simulated_api(accounts, clock=ManualClock()) as api,
        httpx2.AsyncClient(base_url=api.url) as http,
    ):
        yield OAuthClient(api, http)
