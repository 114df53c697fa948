"""Strategy in a real browser: looked at, simulated, applied, taken back."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from harness.dashboard import OpenTab
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

POLICIES = ["session", "headroom", "round-robin", "least-requests", "weighted"]
SLOW_MS = 60_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
async def test_it_looks_whole(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    await tab.go("/strategy")
    for name in POLICIES:
        await expect(tab.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    await tab.page.get_by_role("button", name="Compare headroom").click()
    await expect(tab.page.get_by_role("table")).to_be_visible(timeout=SLOW_MS)
    assert await tab.overflows() == 0
    assert await tab.violations() == []
    await tab.screenshot("strategy-page")


async def test_a_policy_is_simulated_applied_and_taken_back(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/strategy")
    current = page.get_by_role("listitem").filter(has_text="in force")
    await expect(current.get_by_role("heading", name="round-robin")).to_be_visible()
    await page.get_by_role("button", name="Compare session").click()
    table = page.get_by_role("table")
    await expect(table.get_by_role("columnheader", name="round-robin now")).to_be_visible(timeout=SLOW_MS)
    await expect(table.get_by_role("columnheader", name="requests replayed")).to_be_visible()
    await expect(table.get_by_role("row")).to_have_count(7)
    await expect(page.get_by_role("paragraph").filter(has_text="session would have")).to_be_visible()
    await page.get_by_text("Last day").click()
    await expect(table).to_be_visible(timeout=SLOW_MS)

    await page.get_by_role("button", name="Use session").click()
    sure = page.get_by_role("dialog", name="Use session?")
    await tab.screenshot("strategy-confirm")
    await sure.get_by_role("button", name="Use session").click()
    await expect(current.get_by_role("heading", name="session")).to_be_visible(timeout=SLOW_MS)
    assert await in_force(server) == "session"
    assert await tab.violations() == []
    await tab.screenshot("strategy-applied")

    await page.get_by_role("button", name="Back to round-robin").click()
    await expect(current.get_by_role("heading", name="round-robin")).to_be_visible(timeout=SLOW_MS)
    await expect(page.get_by_role("button", name="Back to")).to_have_count(0)
    assert await in_force(server) == "round-robin"


async def test_a_comparison_can_be_left(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/strategy")
    await page.get_by_role("button", name="Compare weighted").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("heading", name="What weighted would have done")).to_be_hidden()
    assert await in_force(server) == "round-robin"


async def in_force(server: ClaudeflareServer) -> str:
    """The policy's name, as the API has it."""
    return str((await server.api.get("/api/config/strategy")).json()["strategy"])
