"""One server for all tests that leave it as they found it, with a simulated API upstream; and the official client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from anthropic import AsyncAnthropic
from stage import NAMES, ORGANIZATIONS, Stage

from harness.server import claudeflare_server
from harness.simulated_api import api_account, simulated_api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def only_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The server and its upstream; each xdist worker has its own."""
    home = tmp_path_factory.mktemp("stage") / "home"
    async with (
        simulated_api([api_account(name, organization=ORGANIZATIONS.get(name, "")) for name in NAMES]) as upstream,
        claudeflare_server(upstream.url, home) as server,
    ):
        yield Stage(server, upstream)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(only_stage: Stage) -> AsyncIterator[Stage]:
    """The same without accounts, without faults, with nothing seen."""
    await only_stage.clear()
    logged = len(only_stage.server.log)
    yield only_stage
    log = only_stage.server.log[logged:]
    print(log)
    assert "Traceback" not in log, "an error nobody expected"


@pytest_asyncio.fixture(loop_scope="session")
async def client(stage: Stage) -> AsyncIterator[AsyncAnthropic]:
    """The official client, which does not try again by itself."""
    async with stage.client() as client:
        yield client
