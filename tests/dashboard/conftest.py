"""One server with some history and one browser for all tests of the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from harness.chromium import AXE, ROOT, Tab, chromium, find_chromium
from harness.dashboard import OpenTab, converse, dashboard_server
from harness.server import ClaudeflareServer

REQUESTS = 40
TALL = 2160
"""Height of windows of 4K; others are 900 high."""


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """This machine's Chromium; without one, or without a dashboard, the tests are skipped and say so."""
    if not (ROOT / "dashboard" / "dist" / "index.html").exists() or not AXE.exists():
        pytest.skip("THE DASHBOARD IS NOT TESTED: it is not built; try `make dashboard`")
    path = find_chromium()
    if path is None:
        pytest.skip("THE DASHBOARD IS NOT TESTED: there is no Chromium; try `make browser`")
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """The browser."""
    async with chromium(chromium_path) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClaudeflareServer]:
    """The product, with accounts and requests behind it."""
    async with dashboard_server(tmp_path_factory.mktemp("dashboard") / "home") as server:
        await converse(server, REQUESTS)
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(browser: Browser, server: ClaudeflareServer) -> AsyncIterator[OpenTab]:
    """See `OpenTab`."""
    tabs: list[Tab] = []
    async with AsyncExitStack() as stack:

        async def open_tab(*, theme: str = "dark", width: int = 1280, signed_in: bool = True) -> Tab:
            context = await browser.new_context(
                viewport={"width": width, "height": TALL if width > TALL else 900},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            tab = Tab(await context.new_page(), f"{server.url}/dashboard", f"{theme}-{width}")
            tab.watch()
            tabs.append(tab)
            if signed_in:
                await tab.page.goto(await one_time_link(server))
                await tab.settled()
            return tab

        yield open_tab
        troubles = [trouble for tab in tabs for trouble in tab.troubles]
    assert troubles == []


async def one_time_link(server: ClaudeflareServer) -> str:
    """As `claudeflare dashboard` makes it."""
    answer = await server.api.post("/api/sign-in/link")
    return server.url + str(answer.json()["path"])
