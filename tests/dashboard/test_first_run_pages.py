"""A server nobody has set up yet: pages that teach the first steps, without a client to sign in with."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from harness.dashboard import OpenTab
from harness.server import ClaudeflareServer, claudeflare_server
from harness.simulated_api import simulated_api

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClaudeflareServer]:
    """Just started: no account, no request, no OAuth client."""
    home = tmp_path_factory.mktemp("first") / "home"
    async with simulated_api() as api, claudeflare_server(api.url, home) as server:
        yield server


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 360), ("light", 2560)])
async def test_the_overview_teaches_the_first_steps(
    open_tab: OpenTab, server: ClaudeflareServer, theme: str, width: int
) -> None:
    tab = await open_tab(theme=theme, width=width)
    await expect(tab.page.get_by_role("heading", name="Accounts")).to_be_visible()
    for line in ("claudeflare add work", "claudeflare add work --mode profile", "claudeflare add work --mode console"):
        await expect(tab.page.get_by_text(line, exact=True)).to_be_visible()
    await expect(tab.page.get_by_text(f"ANTHROPIC_BASE_URL={server.url} claude")).to_be_visible()
    await expect(tab.page.get_by_text(f"curl {server.url}/v1/messages", exact=False)).to_be_visible()
    await expect(tab.page.get_by_text("No account yet.", exact=False).first).to_be_visible()
    assert await tab.violations() == []
    assert await tab.overflows() == 0
    await tab.screenshot("overview-first-run")
    await tab.go("/accounts")
    assert await tab.violations() == []
    assert await tab.overflows() == 0
    await tab.screenshot("accounts-first-run")


async def test_each_way_leads_to_its_form(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.get_by_role("button", name="Add with a profile").click()
    sheet = tab.page.get_by_role("dialog", name="Add account")
    await expect(sheet.get_by_role("radio", name=re.compile("^Profile"))).to_be_checked()


async def test_without_a_client_it_says_what_to_set(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/accounts?add=console")
    sheet = tab.page.get_by_role("dialog", name="Add account")
    await sheet.get_by_label("Name").fill("work")
    await sheet.get_by_role("button", name="Continue").click()
    await sheet.get_by_role("button", name="Continue").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("oauth_client_id in config.toml")
    assert await tab.violations() == []
    await tab.screenshot("add-account-no-client")
    await sheet.get_by_role("button", name="Back").click()
    await expect(sheet.get_by_label("Name")).to_have_value("work")
    tab.troubles = [each for each in tab.troubles if "400" not in each]
