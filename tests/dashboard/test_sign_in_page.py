"""Signing in: with the control token, by a link that is used up, and after too many wrong tokens."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from harness.dashboard import OpenTab
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 360)])
async def test_the_token_signs_in(open_tab: OpenTab, server: ClaudeflareServer, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width, signed_in=False)
    await tab.page.goto(tab.base + "/accounts")
    field = tab.page.get_by_label("control token")
    await expect(field).to_be_focused()
    assert await tab.violations() == []
    assert await tab.overflows() == 0
    await tab.screenshot("sign-in")
    await field.fill(server.token)
    await tab.page.get_by_role("button", name="Sign in").click()
    await expect(tab.page.get_by_role("heading", name="Accounts", level=1)).to_be_visible()
    tab.troubles = [each for each in tab.troubles if "401" not in each]


async def test_a_link_that_is_used_up_says_how_to_get_another(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab(signed_in=False)
    await tab.page.goto(tab.base + "#sign-in=used-up-long-ago")
    await expect(tab.page.get_by_role("alert")).to_contain_text("claudeflare dashboard")
    assert await tab.violations() == []
    await tab.screenshot("sign-in-used-up")
    assert "sign-in=" not in tab.page.url
    await tab.page.get_by_label("control token").fill(server.token)
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.get_by_role("navigation", name="Pages")).to_be_visible()
    tab.troubles = [each for each in tab.troubles if "401" not in each]


async def test_too_many_wrong_tokens(open_tab: OpenTab) -> None:
    tab = await open_tab(signed_in=False)
    await tab.page.goto(tab.base)
    field = tab.page.get_by_label("control token")
    await field.fill("wrong")
    await field.press("Enter")
    await expect(tab.page.get_by_text("This is not the control token.")).to_be_visible()
    # As the server answers after some more of them: here it would lock out the other tests as well.
    late = {"error": "Too many wrong tokens came from there; the next one is looked at in 4 s.", "code": "http_error"}
    await tab.page.route("**/api/sign-in", lambda route: route.fulfill(status=429, json=late))
    await field.press("Enter")
    await expect(tab.page.get_by_text("looked at in 4 s")).to_be_visible()
    tab.troubles = [each for each in tab.troubles if "401" not in each and "429" not in each]
