"""What surrounds every page: whole at every width, found by keys, signed in and out, alive, and quick."""

from __future__ import annotations

import asyncio
import re
import signal

import pytest
from playwright.async_api import Request, expect

from harness.dashboard import OpenTab, converse
from harness.server import START_SECONDS, ClaudeflareServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = {
    "overview": "/",
    "requests": "/requests",
    "accounts": "/accounts",
    "analytics": "/analytics",
    "strategy": "/strategy",
    "keys": "/keys",
    "logs": "/logs",
    "settings": "/settings",
}
FIRST_LOAD_BYTES = 250_000
"""Everything the first view needs, as sent."""
FIRST_PAINT_MS = 1000


@pytest.mark.timeout(180)
@pytest.mark.parametrize("width", [360, 1280, 3840])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_every_page_is_whole_in_both_themes_at_every_width(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    too_wide = []
    for name, path in PAGES.items():
        await tab.go(path)
        await tab.screenshot(name)
        if await tab.overflows():
            too_wide.append(name)
    assert too_wide == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 1280), ("dark", 360)])
async def test_axe_finds_nothing(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    found = {}
    for name, path in PAGES.items():
        await tab.go(path)
        if violations := await tab.violations():
            found[name] = violations
    assert found == {}


async def test_the_first_view_is_small_and_quick(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = await tab.page.context.new_page()
    network = await tab.page.context.new_cdp_session(page)
    await network.send("Network.clearBrowserCache")
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    await page.goto(tab.base)
    await page.wait_for_function("() => document.querySelector('h1') !== null")
    await page.wait_for_load_state("load")
    sizes = {request.url: (await request.sizes())["responseBodySize"] for request in finished}
    painted = await page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert sum(sizes.values()) < FIRST_LOAD_BYTES, sizes
    assert painted < FIRST_PAINT_MS


async def test_keys_lead_to_every_page(open_tab: OpenTab) -> None:
    tab = await open_tab()
    keys = tab.page.keyboard
    for key, path in {"r": "/requests", "a": "/accounts", "l": "/logs", "s": "/strategy", "o": "/"}.items():
        await keys.press("g")
        await keys.press(key)
        await expect(tab.page).to_have_url(re.compile(re.escape(tab.base) + path.rstrip("/") + "/?$"))


async def test_the_palette_finds_pages_and_accounts(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.keyboard.press("Control+k")
    search = tab.page.get_by_placeholder("Page, account, request id or command")
    await search.fill("settings")
    await search.press("Enter")
    await expect(tab.page).to_have_url(tab.base + "/settings")
    await tab.page.keyboard.press("Control+k")
    await search.fill("spare")
    await search.press("Enter")
    await expect(tab.page).to_have_url(re.compile("/accounts/"))


async def test_a_question_mark_shows_the_keys_and_escape_hides_them(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.keyboard.press("?")
    dialog = tab.page.get_by_role("dialog", name="Keys")
    await expect(dialog).to_be_visible()
    assert await tab.violations() == []
    await tab.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_rows_are_reached_and_opened_by_keys(open_tab: OpenTab) -> None:
    tab = await open_tab()
    for key in ("j", "j", "Enter"):
        await tab.page.keyboard.press(key)
    await expect(tab.page).to_have_url(re.compile(r"/requests/[\w-]+$"))


async def test_tab_leads_past_the_navigation(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.keyboard.press("Tab")
    skip = tab.page.get_by_role("link", name="Skip to the page")
    await expect(skip).to_be_focused()
    await skip.press("Enter")
    await expect(tab.page.locator("#content")).to_be_focused()


async def test_the_theme_is_remembered(open_tab: OpenTab) -> None:
    tab = await open_tab(theme="dark")
    await tab.page.get_by_role("button", name=re.compile("^Theme")).click()
    await tab.page.reload()
    await tab.settled()
    assert await tab.page.evaluate("() => document.documentElement.dataset.mantineColorScheme") == "light"


async def test_requests_show_without_reload(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await expect(tab.page.get_by_text("Live", exact=True)).to_be_visible()
    rows = tab.page.get_by_role("grid", name="Requests").get_by_role("row")
    newest = await rows.nth(1).get_attribute("id")
    await converse(server, 1)
    await expect(rows.nth(1)).not_to_have_attribute("id", newest or "")


async def test_a_link_signs_in_once_and_leaves_no_trace(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await expect(tab.page).to_have_url(tab.base)
    cookies = await tab.page.context.cookies()
    assert [(each["httpOnly"], each["sameSite"]) for each in cookies] == [(True, "Strict")]


async def test_signing_out_and_in_with_the_token(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.page.get_by_role("button", name="Sign out").click()
    field = tab.page.get_by_label("control token")
    await expect(field).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("sign-in")
    await field.fill("wrong")
    await field.press("Enter")
    await expect(tab.page.get_by_text("token", exact=False).first).to_be_visible()
    await field.fill(server.token)
    await field.press("Enter")
    await expect(tab.page.get_by_role("navigation", name="Pages")).to_be_visible()
    tab.troubles = [each for each in tab.troubles if "401" not in each]


async def test_a_server_that_goes_away_is_noticed_and_so_is_its_return(
    open_tab: OpenTab, server: ClaudeflareServer
) -> None:
    tab = await open_tab()
    live = tab.page.get_by_text("Live", exact=True)
    await expect(live).to_be_visible()
    before = server.signal("control", signal.SIGKILL)
    await expect(tab.page.get_by_text("Reconnecting …")).to_be_visible()
    await server.replaced("control", before)
    await expect(live).to_be_visible(timeout=START_SECONDS * 1000)
    await expect(tab.page.get_by_role("grid", name="Requests").get_by_role("row").nth(1)).to_be_visible()
    tab.troubles.clear()  # While it was gone, that is what the console said.


async def test_a_browser_that_was_offline_catches_up(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    rows = tab.page.get_by_role("grid", name="Requests").get_by_role("row")
    newest = await rows.nth(1).get_attribute("id")
    await tab.page.context.set_offline(True)
    await asyncio.gather(converse(server, 2), tab.page.evaluate("() => 1"))
    await tab.page.context.set_offline(False)
    await expect(rows.nth(1)).not_to_have_attribute("id", newest or "", timeout=15_000)
    tab.troubles.clear()
