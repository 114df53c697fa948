"""Client keys in a real browser: made, used, limited, revoked."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import Page, expect

from harness.dashboard import HEADERS, OpenTab, ask
from harness.server import ClaudeflareServer, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SLOW_MS = 20_000


async def test_a_key_is_made_shown_once_used_limited_and_revoked(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/keys")
    await expect(page.get_by_text("No client key yet")).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("keys-empty")

    await page.keyboard.press("n")
    panel = page.get_by_role("dialog", name="New client key")
    await expect(panel.get_by_text("From this key on, requests without a key are refused.")).to_be_visible()
    await panel.get_by_label("Name").fill("laptop")
    await panel.get_by_label("Per day").fill("5")
    await expect(panel.get_by_role("combobox", name="Time zone")).to_be_visible()
    await panel.get_by_label("Requests a minute").fill("600")
    assert await tab.violations() == []
    await tab.screenshot("keys-form")
    await panel.get_by_role("button", name="Make the key").click()

    try:
        made = page.get_by_role("dialog", name="laptop is ready")
        secret = await made.locator("code").first.inner_text()
        assert secret.startswith("cfk_")
        await expect(made.get_by_text(f"ANTHROPIC_AUTH_TOKEN={secret} claude")).to_be_visible()
        assert await tab.violations() == []
        await tab.screenshot("keys-made")
        await eventually(lambda: refused(server), "requests without a key to be refused")
        await use(server, secret)
        await made.get_by_role("button", name="Done").click()
        await expect(made).to_be_hidden()
        assert secret not in await page.content()

        await page.reload()
        row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="laptop"))
        await expect(row.get_by_role("meter", name="Today")).to_be_visible(timeout=SLOW_MS)
        await expect(row.get_by_text("not used yet")).to_be_hidden(timeout=SLOW_MS)
        await limit(page)
        await expect(row.get_by_text("7 requests at once")).to_be_visible(timeout=SLOW_MS)
        assert await tab.violations() == []
        await tab.screenshot("keys-page")
        for width in (360, 2560):
            for theme in ("light", "dark"):
                other = await open_tab(theme=theme, width=width)
                await other.go("/keys")
                await expect(other.page.get_by_role("link", name="laptop")).to_be_visible(timeout=SLOW_MS)
                assert await other.overflows() == 0
                await other.screenshot("keys-page")

        await page.get_by_role("button", name="Revoke laptop").click()
        sure = page.get_by_role("dialog", name="Revoke laptop?")
        await expect(sure.get_by_text("It is the last key")).to_be_visible()
        await expect(sure.get_by_role("button", name="Revoke key")).to_be_disabled()
        await sure.get_by_label("Type laptop to confirm").fill("laptop")
        await sure.get_by_role("button", name="Revoke key").click()
        await expect(page.get_by_text("No client key yet")).to_be_visible(timeout=SLOW_MS)
        await page.get_by_role("switch", name="Show revoked").click()
        await expect(page.get_by_text("revoked", exact=True).first).to_be_visible(timeout=SLOW_MS)
    finally:
        # Tests after this one send requests without a key.
        await revoke_all(server)


async def test_what_the_server_refuses_is_said_in_the_form(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    assert (await server.api.post("/api/keys", json={"name": "twice"})).is_success
    tab = await open_tab()
    page = tab.page
    await tab.go("/keys")
    await page.get_by_role("button", name="New key").click()
    panel = page.get_by_role("dialog", name="New client key")
    await panel.get_by_label("Name").fill("twice")
    try:
        await panel.get_by_role("button", name="Make the key").click()
        await expect(panel.get_by_role("alert")).to_contain_text("twice", timeout=SLOW_MS)
        assert any(trouble.startswith("409") for trouble in tab.troubles)
        tab.troubles.clear()
        await page.keyboard.press("Escape")
        await expect(panel).to_be_hidden()
    finally:
        await revoke_all(server)


async def limit(page: Page) -> None:
    """Change one limit of the key."""
    await page.get_by_role("button", name="Change the limits of laptop").click()
    panel = page.get_by_role("dialog", name="Limits of laptop")
    await expect(panel.get_by_label("Per day")).to_have_value("$5")
    await panel.get_by_label("At the same time").fill("7")
    await panel.get_by_role("button", name="Save limits").click()
    await expect(panel).to_be_hidden(timeout=SLOW_MS)


async def refused(server: ClaudeflareServer) -> bool:
    """Whether a request without a key is."""
    async with httpx2.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as client:
        answer = await client.post("/v1/messages", json={"model": "claude-haiku-4-5", "max_tokens": 5, "messages": []})
    return answer.status_code == 401


async def use(server: ClaudeflareServer, secret: str) -> None:
    """Send a request with the key, and wait until it is on record under the key's name."""
    async with httpx2.AsyncClient(base_url=server.url, headers={**HEADERS, "x-api-key": secret}, timeout=30) as client:
        await ask(client, 2)
    await server.requests(lambda listed: len(listed) >= 1, key="laptop")


async def revoke_all(server: ClaudeflareServer) -> None:
    """Leave the server as it was: open."""
    for key in (await server.api.get("/api/keys")).json():
        await server.api.request("DELETE", f"/api/keys/{key['id']}")

    async def open_again() -> bool:
        return not await refused(server)

    await eventually(open_again, "requests without a key to be let in")
