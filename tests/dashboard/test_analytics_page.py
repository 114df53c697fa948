"""Analytics in a real browser: ranges, filters, zoom, the figures behind each chart."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from harness.chromium import Tab
from harness.dashboard import OpenTab

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

CHARTS = [
    "Requests",
    "Tokens",
    "Cost",
    "Prompt cache",
    "Duration",
    "Time to first token",
    "Output speed",
    "Overhead",
    "Failovers and waits",
    "Time in the queue",
]
SLOW_MS = 20_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
async def test_it_looks_whole(open_tab: OpenTab, theme: str, width: int) -> None:
    tab = await open_tab(theme=theme, width=width)
    await tab.go("/analytics?range=1h")
    await shows(tab.page)
    assert await tab.overflows() == 0
    assert await tab.violations() == []
    await tab.screenshot("analytics-page")


async def test_every_figure_of_the_range_is_there(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/analytics?range=1h")
    await shows(tab.page)
    for name in CHARTS:
        await expect(tab.page.get_by_role("figure", name=name)).to_be_visible()
    for table in ("By account", "By model", "By client key", "By agent", "Errors by type"):
        await expect(tab.page.get_by_role("region", name=table).last).to_be_visible()
    by_model = tab.page.get_by_role("region", name="By model").get_by_role("table")
    await expect(by_model.get_by_role("row")).to_have_count(4)
    await expect(tab.page.get_by_text(re.compile(r"Busiest: \w+ at \d+:00 with"))).to_be_visible()


async def test_each_chart_has_a_table_behind_it(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/analytics?range=1h")
    await shows(tab.page)
    chart = tab.page.get_by_role("figure", name="Tokens")
    await chart.get_by_text("Figures").click()
    table = chart.get_by_role("table")
    for kind in ("Output", "Input", "Cache write", "Cache read"):
        await expect(table.get_by_role("columnheader", name=kind)).to_be_visible()
    assert await table.get_by_role("row").count() > 10


async def test_the_pointer_over_one_chart_is_the_pointer_over_all(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/analytics?range=1h")
    await shows(tab.page)
    x, y, width, _ = await plot(tab, "Requests")
    await tab.page.mouse.move(x + width / 2, y + 40)
    for name in ("Requests", "Cost"):
        caption = tab.page.get_by_role("figure", name=name).locator("figcaption")
        await expect(caption).to_contain_text(re.compile(r"\d\d:\d\d"))


async def test_dragging_looks_closer_and_back_looks_at_all_again(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.go("/analytics?range=1h")
    await shows(tab.page)
    x, y, width, _ = await plot(tab, "Requests")
    await tab.page.mouse.move(x + width * 0.5, y + 40)
    await tab.page.mouse.down()
    await tab.page.mouse.move(x + width * 0.9, y + 40, steps=5)
    await tab.page.mouse.up()
    await expect(tab.page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    # Whether the server's requests are in that part depends on how long it has been running.
    figure, none = tab.page.get_by_role("figure", name="Requests"), tab.page.get_by_text("No request in this range")
    await expect(figure.or_(none)).to_be_visible(timeout=SLOW_MS)
    await tab.page.go_back()
    await expect(tab.page).not_to_have_url(re.compile("from="))
    await shows(tab.page)


async def test_any_span_can_be_typed_in_a_zone(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/analytics?tz=Asia/Tokyo")
    await shows(page)
    await page.get_by_role("button", name="From … to").click()
    fields = page.get_by_role("dialog", name="From and to")
    await fields.get_by_label("To", exact=True).fill("2020-01-01T00:00")
    await expect(fields.get_by_role("button", name="Show")).to_be_disabled()
    await fields.get_by_label("From", exact=True).fill("2019-12-31T00:00")
    await tab.screenshot("analytics-span")
    await fields.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile("from=1577718000000&to=1577804400000"))
    await expect(page.get_by_text("No request in this range")).to_be_visible(timeout=SLOW_MS)
    await page.get_by_role("button", name="Leave this span").click()
    await shows(page)


async def test_filters_are_in_the_url_and_can_be_cleared(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/analytics?range=1h")
    await shows(page)
    await page.get_by_role("combobox", name="Account").click()
    await page.get_by_role("option", name="lab").click()
    await expect(page).to_have_url(re.compile("account=lab"))
    by_account = page.get_by_role("region", name="By account").get_by_role("table")
    await expect(by_account.get_by_role("row")).to_have_count(2, timeout=SLOW_MS)
    await page.get_by_role("button", name="Clear", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/analytics\?range=1h$"))


async def test_points_can_be_summed_up(open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.go("/analytics?range=1h")
    await shows(page)
    await page.get_by_text("Cumulative").click()
    await expect(page).to_have_url(re.compile("mode=cumulative"))
    await shows(page)
    total = await page.get_by_label("Totals").locator("dd").first.inner_text()
    latest = page.get_by_role("figure", name="Requests").locator("figcaption strong").first
    await expect(latest).to_have_text(total.replace("\n", ""))


async def shows(page: Page) -> None:
    """Wait until the figures of what is asked for are there."""
    await expect(page.get_by_role("figure", name="Requests")).to_be_visible(timeout=SLOW_MS)
    await expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=SLOW_MS)


async def plot(tab: Tab, chart: str) -> tuple[float, float, float, float]:
    """Where a chart is drawn: left, top, width, height."""
    over = tab.page.get_by_role("figure", name=chart).locator(".u-over")
    await over.scroll_into_view_if_needed()
    box = await over.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]
