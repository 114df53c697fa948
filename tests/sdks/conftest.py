"""One server with a simulated API upstream, and each SDK's program, for all tests of SDKs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sdk_programs import PROGRAMS, SdkProgram, sdk_program

from claudeflare.simulator.server import SimulatorServer
from harness.server import ClaudeflareServer, claudeflare_server
from harness.simulated_api import api_account, simulated_api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api() -> AsyncIterator[SimulatorServer]:
    """The API, which knows both accounts of the server."""
    async with simulated_api([api_account("alpha"), api_account("beta")]) as api:
        yield api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(api: SimulatorServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClaudeflareServer]:
    """The product; its accounts are each test's."""
    async with claudeflare_server(api.url, tmp_path_factory.mktemp("sdks") / "home") as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=list(PROGRAMS))
async def program(request: pytest.FixtureRequest) -> AsyncIterator[SdkProgram]:
    """Each SDK in turn."""
    async with sdk_program(PROGRAMS[request.param]()) as program:
        yield program
