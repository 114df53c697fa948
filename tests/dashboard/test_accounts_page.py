"""The accounts' page: every account with its limits, what can be done with one, and adding one of each kind."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from claudeflare.storage.database import Database
from claudeflare.storage.limit_history import STEP_SECONDS, LimitHistory, LimitId, LimitStep
from harness.dashboard import OpenTab, converse, dashboard_server
from harness.server import ClaudeflareServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SLOW_MS = 20_000
"""A browser on a busy machine."""
PLAN = "Plan sign-in"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClaudeflareServer]:
    """One of its own: accounts come, change and go here."""
    async with dashboard_server(tmp_path_factory.mktemp("accounts") / "home") as server:
        await converse(server, 12)
        yield server


def card(page: Page, name: str) -> Locator:
    """An account in the list."""
    return page.get_by_role("listitem", name=name, exact=True)


async def begin_adding(page: Page, name: str, kind: str) -> Locator:
    """The sheet, after its first step."""
    await page.get_by_role("button", name="Add account").click()
    sheet = page.get_by_role("dialog", name="Add account")
    await sheet.get_by_label("Name").fill(name)
    await sheet.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    await sheet.get_by_role("button", name="Continue").click()
    return sheet


def record_limits(server: ClaudeflareServer, account: str) -> None:
    """A day of readings up to now, with a night in which nobody sent anything."""
    now = int(time.time()) // STEP_SECONDS
    steps = [
        LimitStep(account, LimitId("window", name, ""), number * STEP_SECONDS, used, used)
        for number in range(now - 280, now)
        if not 80 < now - number < 180
        for name, used in (("5h", number % 60 / 160), ("7d", 0.2 + (number + 280 - now) / 900))
    ]
    database = Database(f"sqlite:///{server.home.database}")
    LimitHistory(database).add(steps)
    database.dispose()


async def allow(page: Page, link: Locator, account: str) -> str:
    """Allow access on the provider's page, as a person does; the code it shows."""
    async with page.context.expect_page() as opened:
        await link.click()
    provider = await opened.value
    await provider.get_by_label("Account").select_option(account)
    await provider.get_by_role("button", name="Allow").click()
    code = await provider.locator("#code").text_content()
    await provider.close()
    return code or ""


async def test_signing_in_to_a_plan_without_leaving_the_page(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    sheet = await begin_adding(tab.page, "mine", PLAN)
    go_on = sheet.get_by_role("button", name="Continue")
    await expect(sheet.get_by_text("published terms")).to_be_visible()
    await expect(go_on).to_be_disabled()
    assert await tab.violations() == []
    await tab.screenshot("add-account-terms")
    await sheet.get_by_label("I have read this").check()
    await go_on.click()
    field = sheet.get_by_label("Paste the code")
    await field.fill("nonsense")
    await field.press("Enter")
    await expect(sheet.get_by_text("That is not the whole code.")).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("add-account-sign-in")
    code = await allow(tab.page, sheet.get_by_role("link", name="Open the sign-in page"), "home")
    await field.fill(code)
    await field.press("Enter")
    await expect(sheet.get_by_text("mine is in use")).to_be_visible(timeout=SLOW_MS)
    await expect(sheet.get_by_text(f"ANTHROPIC_BASE_URL={server.url} claude")).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("add-account-done")
    await sheet.get_by_role("button", name="Show the account").click()
    detail = tab.page.get_by_role("dialog", name="mine")
    await expect(detail.get_by_text(re.compile("is renewed before"))).to_be_visible()
    await detail.get_by_role("button", name="Renew token now").click()
    await expect(tab.page.get_by_text("Renewed the token of mine.")).to_be_visible(timeout=SLOW_MS)
    stored = (await server.api.get("/api/accounts/mine")).json()
    assert (stored["mode"], stored["tokenStatus"]) == ("max", "valid")
    tab.troubles = [each for each in tab.troubles if "400" not in each]


async def test_signing_in_to_an_account_again(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    before = (await server.api.get("/api/accounts/mine")).json()
    await tab.go(f"/accounts?login={before['id']}")
    sheet = tab.page.get_by_role("dialog", name="Log in again: mine")
    await sheet.get_by_label("I have read this").check()
    await sheet.get_by_role("button", name="Continue").click()
    code = await allow(tab.page, sheet.get_by_role("link", name="Open the sign-in page"), "work")
    await sheet.get_by_label("Paste the code").fill(code)
    await sheet.get_by_role("button", name="Finish").click()
    await expect(tab.page.get_by_text("mine has its new credential.")).to_be_visible(timeout=SLOW_MS)
    assert (await server.api.get("/api/accounts/mine")).json()["id"] == before["id"]


async def test_a_sign_in_that_is_gone_can_be_started_again(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    sheet = await begin_adding(tab.page, "late", PLAN)
    await sheet.get_by_label("I have read this").check()
    await sheet.get_by_role("button", name="Continue").click()
    # The same answer as 15 minutes later, or after a restart.
    gone = {"error": "There is no such sign-in. Start it again.", "code": "not_found", "details": None}
    await tab.page.route("**/api/oauth/callback", lambda route: route.fulfill(status=404, json=gone))
    await sheet.get_by_label("Paste the code").fill("a#b")
    await sheet.get_by_role("button", name="Finish").click()
    await sheet.get_by_role("button", name="Start again").click()
    await expect(sheet.get_by_role("button", name="Continue")).to_be_visible()
    tab.troubles = [each for each in tab.troubles if "404" not in each]


async def test_a_key_and_a_token_are_added_and_kept_from_sight(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    sheet = await begin_adding(tab.page, "keyed", "API key")
    await sheet.get_by_label("API key", exact=True).fill("sk-ant-api03-lab")
    await sheet.get_by_role("button", name="Add account").click()
    await sheet.get_by_role("button", name="Show the account").click()
    await expect(tab.page).to_have_url(re.compile("/accounts/[0-9a-f-]{36}$"))
    await tab.page.keyboard.press("Escape")
    sheet = await begin_adding(tab.page, "bearer", "Bearer token")
    await sheet.get_by_label("Token", exact=True).fill("sk-ant-oat01-home")
    await expect(sheet.get_by_role("button", name="Add account")).to_be_disabled()
    await sheet.get_by_label("I have read this").check()
    await sheet.get_by_role("button", name="Add account").click()
    await expect(sheet.get_by_text("bearer is in use")).to_be_visible(timeout=SLOW_MS)
    stored = await tab.page.evaluate("() => JSON.stringify([localStorage, sessionStorage]) + document.body.innerHTML")
    assert "sk-ant-api03" not in stored
    assert "oat01" not in stored


@pytest.mark.parametrize("kind", ["Profile", "Workload identity"])
async def test_what_is_wrong_with_files_is_said_in_place(open_tab: OpenTab, kind: str) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    sheet = await begin_adding(tab.page, "files", kind)
    fields = {
        "Profile": {"Directory": "/nowhere"},
        "Workload identity": {
            "Assertion file": "/nowhere/identity.jwt",
            "Federation rule": "fdrl_ci",
            "Organization": "0d6bd0e4-4a4c-4f0c-9a54-0a4b9c6b6f10",
            "Service account": "svac_ci",
        },
    }
    for label, value in fields[kind].items():
        await sheet.get_by_label(label).fill(value)
    await sheet.get_by_role("button", name="Add account").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("/nowhere")
    await sheet.get_by_role("button", name="Back").click()
    await expect(sheet.get_by_label("Name")).to_have_value("files")
    tab.troubles.clear()


async def test_a_name_that_is_taken_is_said_at_once(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/accounts?add=profile")
    sheet = tab.page.get_by_role("dialog", name="Add account")
    await expect(sheet.get_by_role("radio", name=re.compile("^Profile"))).to_be_checked()
    await sheet.get_by_label("Name").fill("Work")
    await expect(sheet.get_by_text("There is an account of this name.")).to_be_visible()


async def test_pausing_and_resuming(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    spare = card(tab.page, "spare")
    await spare.get_by_role("button", name="Pause").click()
    await expect(spare.get_by_text("paused", exact=True)).to_be_visible()
    await spare.get_by_role("button", name="Resume").click()
    await expect(spare.get_by_role("button", name="Pause")).to_be_visible()


async def test_everything_of_an_account_is_changed_in_its_panel(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    await card(tab.page, "lab").get_by_role("link", name="Details of lab").click()
    panel = tab.page.get_by_role("dialog", name="lab")
    await panel.get_by_label("Name").fill("bench")
    await panel.get_by_text("Max 5x").click()
    await panel.get_by_label("Priority").fill("3")
    await panel.get_by_label("Reserve").fill("75")
    await panel.get_by_role("combobox", name="Extra usage").click()
    await tab.page.get_by_role("option", name="Not allowed").click()
    await panel.get_by_label("Base URL").fill("not a url")
    await panel.get_by_role("button", name="Save").click()
    await expect(panel.get_by_role("alert")).to_contain_text("A base URL looks like")
    await panel.get_by_label("Base URL").fill("")
    assert await tab.violations() == []
    await panel.get_by_role("button", name="Save").click()
    await expect(tab.page.get_by_text("Saved bench.")).to_be_visible()
    stored = (await server.api.get("/api/accounts/bench")).json()
    assert [stored[name] for name in ("tier", "priority", "reserve", "allowExtraUsage", "baseUrl")] == [
        5, 3, 0.75, False, None,
    ]  # fmt: skip
    renamed = tab.page.get_by_role("dialog", name="bench")
    await expect(renamed.get_by_role("button", name="Save")).to_be_disabled()
    tab.troubles = [each for each in tab.troubles if "400" not in each]


async def test_limits_over_time_are_drawn_from_what_is_on_record(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    account = (await server.api.get("/api/accounts/home")).json()["id"]
    record_limits(server, account)
    tab = await open_tab()
    await tab.go(f"/accounts/{account}")
    panel = tab.page.get_by_role("dialog", name="home")
    chart = panel.get_by_role("figure", name="Limits used")
    await expect(chart.get_by_role("listitem")).to_have_text([re.compile("5 hours"), re.compile("7 days")])
    await chart.scroll_into_view_if_needed()
    await tab.screenshot("account-over-time")
    await panel.get_by_text("7 d", exact=True).click()
    await chart.get_by_text("Figures").click()
    await expect(chart.get_by_role("cell", name="37 %").first).to_be_visible()
    assert await tab.violations() == []


async def test_removing_asks_for_the_name(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    await server.add("doomed")
    tab = await open_tab()
    await tab.go("/accounts")
    await card(tab.page, "doomed").get_by_role("link", name="Details of doomed").click()
    await tab.page.get_by_role("button", name="Remove account").click()
    dialog = tab.page.get_by_role("dialog", name="Remove doomed?")
    remove = dialog.get_by_role("button", name="Remove account")
    await expect(remove).to_be_disabled()
    await dialog.get_by_label("Type doomed to confirm").fill("doomed")
    await remove.click()
    await expect(card(tab.page, "doomed")).to_be_hidden()
    await expect(tab.page).to_have_url(tab.base + "/accounts")


async def test_a_refused_credential_leads_to_its_mending(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    body = {"name": "broken", "mode": "api-key", "apiKey": "sk-ant-api03-unknown", "priority": -9}
    assert (await server.api.post("/api/accounts", json=body)).status_code == 201
    await converse(server, 6)
    tab = await open_tab()
    await tab.go("/accounts")
    broken = card(tab.page, "broken")
    await expect(broken.get_by_text("needs attention", exact=True)).to_be_visible(timeout=SLOW_MS)
    await broken.get_by_role("link", name="Give another key").click()
    sheet = tab.page.get_by_role("dialog", name="Log in again: broken")
    await sheet.get_by_label("API key").fill("sk-ant-api03-spare")
    await sheet.get_by_role("button", name="Save").click()
    await expect(tab.page.get_by_text("broken has its new credential.")).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(broken.get_by_text("ok", exact=True)).to_be_visible(timeout=SLOW_MS)


async def test_an_account_that_is_not_there(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/accounts/nobody")
    await tab.page.get_by_role("button", name="Show all accounts").click()
    await expect(tab.page).to_have_url(tab.base + "/accounts")


async def test_the_panel_opens_and_closes_by_keys(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/accounts")
    await tab.page.keyboard.press("n")
    sheet = tab.page.get_by_role("dialog", name="Add account")
    await expect(sheet.get_by_label("Name")).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 1280), ("dark", 360), ("light", 2560)])
async def test_it_is_whole_at_every_width(open_tab: OpenTab, server: ClaudeflareServer, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    work = (await server.api.get("/api/accounts/work")).json()["id"]
    for path, name in (
        ("/accounts", "accounts"),
        (f"/accounts/{work}", "account"),
        ("/accounts?add=max", "add-account"),
    ):
        await tab.go(path)
        assert await tab.violations() == []
        assert await tab.overflows() == 0
        await tab.screenshot(name)
