"""The overview: how everything stands, figures of today, what happened, and what comes in."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from harness.dashboard import OpenTab, traffic
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SLOW_MS = 20_000


@pytest.mark.parametrize(
    ("theme", "width"), [("dark", 1280), ("light", 1280), ("dark", 360), ("light", 360), ("dark", 2560)]
)
async def test_it_is_whole_at_every_width(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    assert await tab.violations() == []
    assert await tab.overflows() == 0
    await tab.screenshot("overview")


async def test_the_sentence_says_what_the_accounts_say(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    state = tab.page.get_by_role("region", name="State")
    await server.api.post("/api/accounts/spare/pause")
    try:
        await expect(state.get_by_text("accounts", exact=False)).to_contain_text(
            re.compile(r"^(All 3|\d of 3) accounts"), timeout=SLOW_MS
        )
    finally:
        await server.api.post("/api/accounts/spare/resume")
    await expect(state.get_by_text("accounts", exact=False)).to_contain_text(re.compile(r"4 accounts"), timeout=SLOW_MS)


async def test_each_account_has_a_row_that_leads_to_it(open_tab: OpenTab) -> None:
    tab = await open_tab()
    accounts = tab.page.get_by_role("region", name="Accounts")
    await expect(accounts.get_by_role("listitem").first).to_be_visible()
    assert await accounts.get_by_role("meter").count() >= 2
    await accounts.get_by_role("link", name="home").click()
    await expect(tab.page.get_by_role("dialog", name="home")).to_be_visible()


async def test_figures_are_of_today_and_say_against_what(open_tab: OpenTab) -> None:
    tab = await open_tab()
    figures = tab.page.get_by_label("Figures", exact=True)
    for label in ("Requests now", "Response time, p50", "First token, p50", "Output speed"):
        await expect(figures.get_by_text(label)).to_be_visible()
    await expect(figures.get_by_text("none by this time yesterday").first).to_be_visible(timeout=SLOW_MS)


async def test_what_happened_is_told_as_it_happens(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    timeline = tab.page.get_by_role("region", name="What happened")
    await expect(timeline).to_be_visible()
    await server.api.post("/api/accounts/lab/pause")
    await expect(timeline.get_by_text("lab", exact=False).first).to_be_visible(timeout=SLOW_MS)
    await server.api.post("/api/accounts/lab/resume")


async def test_requests_count_while_they_come(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    rate = tab.page.get_by_label("Figures", exact=True).locator("dd").first
    async with traffic(server):
        await expect(rate).not_to_have_text(re.compile(r"^0\s"), timeout=SLOW_MS)


async def test_a_browser_that_is_offline_says_how_old_everything_is(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.context.set_offline(True)
    await expect(tab.page.get_by_text("This browser is offline.")).to_be_visible(timeout=60_000)
    await tab.screenshot("overview-offline")
    await tab.page.context.set_offline(False)
    await expect(tab.page.get_by_text("This browser is offline.")).to_be_hidden(timeout=60_000)
    tab.troubles.clear()
