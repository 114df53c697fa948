"""Logs in a real browser: real lines as they come, paused, narrowed."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from harness.dashboard import OpenTab
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SLOW_MS = 20_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
async def test_it_looks_whole(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    await tab.go("/logs")
    await live(tab.page)
    assert await tab.overflows() == 0
    assert await tab.violations() == []
    await tab.screenshot("logs-page")


async def test_a_real_line_arrives(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.go("/logs")
    await live(tab.page)
    await speak(server, "least-requests")
    await expect(lines(tab.page).get_by_text("strategy least-requests").last).to_be_visible(timeout=SLOW_MS)
    await speak(server, "round-robin")
    await expect(lines(tab.page).get_by_text("strategy round-robin").last).to_be_visible(timeout=SLOW_MS)


async def test_a_pause_holds_the_lines_and_counts_what_comes(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/logs")
    await live(page)
    await page.keyboard.press("p")
    before = await lines(page).inner_text()
    await speak(server, "headroom")
    await expect(page.get_by_text(re.compile(r"paused, \d+ new"))).to_be_visible(timeout=SLOW_MS)
    assert await lines(page).inner_text() == before
    await page.get_by_role("button", name="Go on").click()
    await expect(lines(page).get_by_text("strategy headroom").last).to_be_visible()
    await speak(server, "round-robin")


async def test_lines_are_narrowed_by_level_process_and_text(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/logs")
    await live(page)
    await page.get_by_role("combobox", name="Process").click()
    await page.get_by_role("option", name="gateway 0").click()
    await expect(page).to_have_url(re.compile("process=gateway"))
    await expect(lines(page).get_by_text("strategy").first).to_be_visible()
    await page.get_by_label("Search", exact=True).fill("no line has this")
    await expect(page.get_by_text("No line like that")).to_be_visible()
    await page.get_by_role("button", name="Show all lines").click()
    await expect(lines(page).get_by_text("strategy").first).to_be_visible()
    await page.get_by_role("switch", name="Wrap lines").click()
    await expect(page).to_have_url(re.compile("wrap=off"))


async def speak(server: ClaudeflareServer, strategy: str) -> None:
    """Have the gateway log a line: it tells of each strategy it is given."""
    answer = await server.api.post("/api/config/strategy", json={"strategy": strategy})
    assert answer.is_success, answer.text


async def live(page: Page) -> None:
    """Wait until lines come as they are logged."""
    await expect(page.get_by_text("live", exact=True)).to_be_visible(timeout=SLOW_MS)


def lines(page: Page) -> Locator:
    """The list of lines."""
    return page.get_by_role("log")
