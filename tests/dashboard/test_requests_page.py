"""The page of requests: the list as it grows, and everything about one request, by mouse and keys."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from harness.chromium import Tab
from harness.dashboard import OpenTab, converse
from harness.recorded_talk import ANSWER, SYSTEM, TOOLS, conversation, say
from harness.server import ClaudeflareServer, claudeflare_server
from harness.simulated_api import api_account, simulated_api

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

HISTORY = 130
"""Requests before those to read: more than a page of the list."""
LONG = 3_000_000
"""Characters of a body that must not freeze the page."""
PATIENCE_MS = 15_000


@dataclass
class Recorded:
    """A server, and the ids of requests worth reading."""

    server: ClaudeflareServer
    turn: str
    moved: str
    broken: str
    refused: str
    long: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recorded(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorded]:
    """Requests as agents send them: with thinking, tools, a picture; and as they fail."""
    home = tmp_path_factory.mktemp("requests") / "home"
    async with (
        simulated_api([api_account(name) for name in ("work", "spare")]) as api,
        claudeflare_server(api.url, home, CLAUDEFLARE_LB_STRATEGY="round-robin") as server,
    ):
        await server.add("work", "spare")
        await converse(server, HISTORY)
        api.world.inject("529", account="work", times=6)
        tried = [await server.record(await say(server, {"text": "Moved."})) for _ in range(2)]
        said = {"text": ANSWER, "thinking": "The fixture reads it too early.", "tool": "run", "input": {"do": "tests"}}
        agent = {"system": SYSTEM, "tools": TOOLS, "thinking": {"type": "adaptive"}}
        yield Recorded(
            server=server,
            turn=await say(server, said, messages=conversation(12), **agent),
            moved=next(each["id"] for each in tried if each["failoverAttempts"]),
            broken=await say(server, {"words": 200}, fault="error-mid-stream;after=8"),
            refused=await say(server, max_tokens="many"),
            long=await say(server, {"text": "Short."}, system="x y " * (LONG // 4)),
        )


@pytest.fixture
def server(recorded: Recorded) -> ClaudeflareServer:
    """The one that tabs open."""
    return recorded.server


def rows(tab: Tab) -> Locator:
    return tab.page.get_by_role("grid", name="Requests").get_by_role("row")


def detail(tab: Tab) -> Locator:
    return tab.page.get_by_role("region", name="Request", exact=True)


async def opened(open_tab: OpenTab, path: str, theme: str = "dark", width: int = 1280) -> tuple[Tab, Locator]:
    tab = await open_tab(theme=theme, width=width)
    await tab.go(f"/requests/{path}")
    await expect(detail(tab)).to_be_visible(timeout=PATIENCE_MS)
    return tab, detail(tab)


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_list_shows_which_way_a_request_was_moved(open_tab: OpenTab, recorded: Recorded, width: int) -> None:
    tab = await open_tab(width=width)
    await tab.go("/requests")
    await expect(tab.page.get_by_title("work → spare").first).to_be_visible(timeout=PATIENCE_MS)
    await tab.screenshot("requests-moved")


async def test_a_filter_narrows_the_list_and_is_in_the_url(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/requests")
    await tab.page.get_by_role("combobox", name="State").click()
    await tab.page.get_by_role("option", name="Not succeeded").click()
    await expect(tab.page).to_have_url(re.compile("status=error"))
    await expect(rows(tab)).to_have_count(3, timeout=PATIENCE_MS)  # with the head
    await tab.page.get_by_role("heading", name="Requests").click()  # out of the field
    await tab.page.keyboard.press("/")
    await tab.page.keyboard.type("no such thing")
    await expect(tab.page.get_by_text("No request like that")).to_be_visible(timeout=PATIENCE_MS)
    assert await tab.violations() == []
    await tab.page.get_by_role("button", name="Show all requests").click()
    await expect(rows(tab).nth(5)).to_be_visible()
    await expect(tab.page).to_have_url(re.compile("/requests$"))


async def test_links_of_other_pages_find_their_requests(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/requests?key=nobody")
    await expect(tab.page.get_by_text("No request like that")).to_be_visible()
    await tab.go("/requests?account=work&model=claude-opus-4-6")
    await expect(rows(tab).nth(1)).to_contain_text("opus-4-6")
    await expect(tab.page.get_by_role("grid", name="Requests").get_by_text("spare")).to_have_count(0)


async def test_the_list_goes_on_to_the_first_request(open_tab: OpenTab, recorded: Recorded) -> None:
    tab = await open_tab()
    await tab.go("/requests")
    grid = tab.page.get_by_role("grid", name="Requests")
    await grid.focus()
    for _ in range(4):  # to the end of what there is, until there is no more
        await tab.page.keyboard.press("End")
        await tab.page.wait_for_load_state("networkidle")
    listed = await recorded.server.requests(lambda listed: len(listed) >= HISTORY)
    oldest = listed[-1]["id"]
    await expect(grid.locator(f"[id$='{oldest}']")).to_be_visible(timeout=PATIENCE_MS)


async def test_new_requests_enter_above_and_wait_while_the_reader_is_below(
    open_tab: OpenTab, server: ClaudeflareServer
) -> None:
    tab = await open_tab()
    await tab.go("/requests?status=success")
    first = rows(tab).nth(1)
    newest = await first.get_attribute("id") or ""
    await converse(server, 1)
    await expect(first).not_to_have_attribute("id", newest, timeout=PATIENCE_MS)
    await tab.page.get_by_role("grid", name="Requests").focus()
    await tab.page.keyboard.press("End")
    await converse(server, 2)
    bar = tab.page.get_by_role("button", name="2 new")
    await expect(bar).to_be_visible(timeout=PATIENCE_MS)
    await bar.click()
    await expect(bar).to_be_hidden()
    await tab.page.keyboard.press("p")
    await converse(server, 1)
    await expect(tab.page.get_by_role("button", name="1 new")).to_be_visible(timeout=PATIENCE_MS)
    await tab.page.get_by_role("button", name="Go on").click()
    await expect(tab.page.get_by_role("button", name="1 new")).to_be_hidden()


async def test_keys_open_a_request_lead_to_the_next_and_back(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/requests?status=success&tab=timing")
    for key in ("j", "j", "Enter"):
        await tab.page.keyboard.press(key)
    await expect(detail(tab)).to_be_visible()
    one = tab.page.url
    await tab.page.keyboard.press("j")
    await expect(tab.page).not_to_have_url(one)
    await tab.page.keyboard.press("k")
    await expect(tab.page).to_have_url(one)
    await expect(detail(tab).get_by_role("tab", name="Timing")).to_have_attribute("aria-selected", "true")
    await tab.page.keyboard.press("Escape")
    await expect(detail(tab)).to_be_hidden()
    await expect(tab.page).to_have_url(re.compile(r"/requests\?status=success"))


async def test_why_takes_two_clicks_from_the_overview(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await rows(tab).nth(1).click()
    await detail(tab).get_by_role("tab", name="Decision").click()
    await expect(detail(tab).get_by_text("chosen").first).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 1280), ("dark", 360), ("light", 2560)])
async def test_a_turn_reads_as_a_conversation(open_tab: OpenTab, recorded: Recorded, theme: str, width: int) -> None:
    tab, shown = await opened(open_tab, recorded.turn, theme, width)
    only_new = shown.get_by_role("switch", name="Only what is new in this turn")
    await expect(only_new).to_be_checked(timeout=PATIENCE_MS)
    await expect(shown.get_by_role("img", name="Sent with the message")).to_be_visible()
    answer = shown.get_by_role("article").last
    await answer.get_by_role("button", name="Thinking").click()
    await expect(answer.get_by_text("The fixture reads it too early.")).to_be_visible()
    await expect(answer.locator("pre").first).to_contain_text("return settings.limit")
    await expect(answer).to_contain_text("<b>HTML stays text</b>")
    await answer.get_by_role("button", name="run").click()
    await expect(answer.get_by_text('"do": "tests"')).to_be_visible()
    assert await tab.violations() == []
    assert await tab.overflows() == 0
    await tab.screenshot("request-conversation")
    await only_new.press("Space")
    await shown.get_by_role("button", name="System prompt").click()
    await expect(shown.get_by_text("You are a careful engineer.")).to_be_visible()
    await shown.get_by_role("button", name="read_file app0.py").click()
    await expect(shown.get_by_text("def limit_0():")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 360)])
async def test_a_request_that_moved_says_why_and_where_its_time_went(
    open_tab: OpenTab, recorded: Recorded, theme: str, width: int
) -> None:
    tab, shown = await opened(open_tab, f"{recorded.moved}?tab=decision", theme, width)
    await expect(shown.get_by_text("already tried")).to_be_visible(timeout=PATIENCE_MS)
    await expect(shown.get_by_text("round-robin")).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("request-decision")
    await shown.get_by_role("tab", name="Timing").click()
    table = shown.get_by_role("table", name="Where the time went")
    await expect(table.get_by_role("rowheader", name="work: overloaded 529").first).to_be_visible()
    await expect(table.get_by_text("until the first byte").first).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("request-timing")


async def test_the_cost_adds_up(open_tab: OpenTab, recorded: Recorded) -> None:
    tab, shown = await opened(open_tab, f"{recorded.turn}?tab=cost")
    await expect(shown.get_by_role("rowheader", name="Output")).to_be_visible(timeout=PATIENCE_MS)
    await expect(shown.get_by_text("Total", exact=True).last).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("request-cost")


async def test_an_answer_that_broke_off_shows_what_came_and_why(open_tab: OpenTab, recorded: Recorded) -> None:
    tab, shown = await opened(open_tab, recorded.broken)
    await expect(shown.get_by_text("overloaded error")).to_be_visible(timeout=PATIENCE_MS)
    assert await tab.violations() == []


async def test_a_refused_request_says_what_was_wrong(open_tab: OpenTab, recorded: Recorded) -> None:
    _, shown = await opened(open_tab, recorded.refused)
    await expect(shown.get_by_text("max_tokens: Input should be a valid integer").first).to_be_visible(
        timeout=PATIENCE_MS
    )


async def test_raw_bodies_are_searched_and_secrets_are_redacted(open_tab: OpenTab, recorded: Recorded) -> None:
    tab, shown = await opened(open_tab, f"{recorded.turn}?tab=raw")
    await expect(shown.get_by_text("x-api-key: [redacted]")).to_be_visible(timeout=PATIENCE_MS)
    await shown.get_by_role("textbox", name="Search in the request").fill("APP11.py")
    await expect(shown.get_by_role("status")).to_have_text("1 of 1")
    await expect(shown.locator("mark")).to_have_text("app11.py")
    await shown.get_by_text("Answer", exact=True).click()
    await expect(shown.get_by_text("message_start").first).to_be_visible()
    assert await tab.violations() == []
    await tab.screenshot("request-raw")
    async with tab.page.expect_download() as download:
        await shown.get_by_role("link", name="As sent").click()
    assert "message_stop" in (await (await download.value).path()).read_text()


async def test_a_body_of_megabytes_does_not_freeze_the_page(open_tab: OpenTab, recorded: Recorded) -> None:
    tab, shown = await opened(open_tab, recorded.refused)
    await tab.page.evaluate(
        "() => { window.long = []; new PerformanceObserver((list) => window.long.push(...list.getEntries()"
        ".map((entry) => entry.duration))).observe({ type: 'longtask' }); }"
    )
    await shown.get_by_role("button", name="Newer request").click()
    await shown.get_by_role("button", name="System prompt").click(timeout=PATIENCE_MS)
    await expect(shown.get_by_role("button", name="Show all 3,000,000 characters")).to_be_visible()
    await shown.get_by_role("tab", name="Raw").click()
    await shown.get_by_role("textbox", name="Search in the request").fill("max_tokens")
    await expect(shown.get_by_role("status")).to_have_text("1 of 1", timeout=PATIENCE_MS)
    print("long tasks (ms) with a body of 3 MB:", await tab.page.evaluate("() => window.long"))


async def test_what_is_not_recorded_is_explained(open_tab: OpenTab) -> None:
    tab, shown = await opened(open_tab, "req_of_long_ago")
    await expect(shown.get_by_text("There is no request 'req_of_long_ago' on record")).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert await tab.violations() == []
    tab.troubles.clear()  # the 404 itself


async def test_the_list_is_saved_as_csv(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/requests?status=error")
    async with tab.page.expect_download() as download:
        await tab.page.get_by_role("button", name="CSV").click()
    lines = (await (await download.value).path()).read_text().splitlines()
    assert lines[0].startswith("id,timestamp,accountUsed")
    assert len(lines) == 3
