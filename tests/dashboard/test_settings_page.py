"""Settings in a real browser: what is kept, who has access, sealing keys, every setting, every change."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from harness.dashboard import OpenTab
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SLOW_MS = 30_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
async def test_it_looks_whole(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    await tab.go("/settings")
    await expect(tab.page.get_by_text("this browser", exact=True)).to_be_visible(timeout=SLOW_MS)
    await expect(tab.page.get_by_text(re.compile(r"Claudeflare \d+\.\d+"))).to_be_visible()
    assert await tab.overflows() == 0
    assert await tab.violations() == []
    await tab.screenshot("settings-page")


async def test_limits_of_what_is_kept_are_changed(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    save = page.get_by_role("button", name="Save")
    await expect(save).to_be_disabled()
    before = (await server.api.get("/api/config/retention")).json()
    for days in (before["payloadDays"] + 1, before["payloadDays"]):
        await page.get_by_label("Bodies, days").fill(str(days))
        await save.click()
        await expect(save).to_be_disabled(timeout=SLOW_MS)
        assert (await server.api.get("/api/config/retention")).json()["payloadDays"] == days


async def test_maintenance_says_what_it_did(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    await page.get_by_role("button", name="Delete now what is past its time").click()
    await expect(page.get_by_text("Nothing was past its time.")).to_be_visible(timeout=SLOW_MS)
    await page.get_by_role("button", name="Give free space back").click()
    await expect(page.get_by_text(re.compile("given back to the disk|nothing to give back"))).to_be_visible(
        timeout=SLOW_MS
    )
    await page.get_by_role("button", name="Clear the history").click()
    sure = page.get_by_role("dialog", name="Clear the history?")
    await expect(sure.get_by_role("button", name="Clear history")).to_be_disabled()
    await sure.get_by_role("button", name="Cancel").click()


async def test_another_browser_is_signed_out(open_tab: OpenTab) -> None:
    other = await open_tab()
    tab = await open_tab()
    await tab.go("/settings")
    out = tab.page.get_by_role("button", name="Sign out Chrome on Linux")
    await expect(out.first).to_be_visible(timeout=SLOW_MS)
    for _ in range(await out.count()):
        await out.first.click()
        await tab.settled()
    await other.page.reload()
    await expect(other.page.get_by_label("Control token")).to_be_visible(timeout=SLOW_MS)
    other.troubles.clear()


async def test_a_rotated_token_keeps_this_browser_signed_in(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    old = server.token
    await page.get_by_role("button", name="Rotate the control token").click()
    await page.get_by_role("dialog").get_by_role("button", name="Rotate token").click()
    shown = page.get_by_role("status").filter(has_text="The new control token")
    await expect(shown).to_be_visible(timeout=SLOW_MS)
    token = await shown.locator("code").inner_text()
    server.api.headers["authorization"] = f"Bearer {token}"
    assert token == server.token != old
    assert (await server.api.get("/api/accounts")).is_success
    await expect(page.get_by_text("this browser", exact=True)).to_be_visible(timeout=SLOW_MS)
    assert await refused(server, old)
    assert await tab.violations() == []
    await tab.screenshot("settings-token")
    await shown.get_by_role("button", name="Done").click()
    await expect(shown).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible(timeout=SLOW_MS)
    assert token not in await stored(page)
    # Between the old session's end and the new one's begin, a request on its way may be refused.
    tab.troubles[:] = [trouble for trouble in tab.troubles if "401" not in trouble]


async def test_secrets_are_sealed_with_a_new_key_and_the_old_one_forgotten(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    keys = page.get_by_role("region", name="Sealing keys")
    await expect(keys.get_by_text("in use")).to_have_count(1, timeout=SLOW_MS)
    await keys.get_by_role("button", name="Seal with a new key").click()
    await expect(keys.get_by_text("unused", exact=True)).to_be_visible(timeout=SLOW_MS)
    await tab.screenshot("settings-keys")
    await keys.get_by_role("button", name="Forget unused keys").click()
    await page.get_by_role("dialog").get_by_role("button", name="Forget keys").click()
    await expect(keys.get_by_text("unused", exact=True)).to_be_hidden(timeout=SLOW_MS)
    await expect(keys.get_by_text("in use")).to_have_count(1)


async def test_settings_are_found_with_their_sources(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    grid = page.get_by_role("grid", name="Settings")
    await expect(grid.get_by_text("environment CLAUDEFLARE_HOME")).to_be_visible(timeout=SLOW_MS)
    await page.get_by_label("Find a setting").fill("queue_limit")
    await expect(grid.get_by_role("row")).to_have_count(3)
    await expect(page).to_have_url(re.compile("q=queue_limit"))


async def test_changes_are_listed_in_words(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    await server.act("lab", "pause")
    await server.act("lab", "resume")
    tab = await open_tab()
    await tab.go("/settings")
    entry = tab.page.get_by_role("listitem").filter(has_text="Pause account lab")
    await expect(entry.first).to_contain_text("paused: no → yes", timeout=SLOW_MS)


async def test_the_theme_is_remembered_by_this_browser(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/settings")
    await page.get_by_text("Light", exact=True).click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


async def refused(server: ClaudeflareServer, token: str) -> bool:
    """Whether a control token opens nothing."""
    async with httpx2.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {token}"}) as client:
        return (await client.get("/api/accounts")).status_code == 401


async def stored(page: Page) -> str:
    """All that the page keeps in this browser."""
    found: str = await page.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")
    return found
