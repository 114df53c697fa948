"""This machine's Chromium, headless, and what a test wants to know of a page in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    # Root, as in containers, has no other choice; every page it opens is our own.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BUSY = "() => document.querySelector('h1') !== null && document.querySelector('[aria-busy=true]') === null"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> str | None:
    """Its path, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """A browser for as long as a test, or many, need it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Tab:
    """One page, and everything that went wrong in it."""

    page: Page
    base: str
    """The dashboard's URL."""
    name: str
    """What its screenshots are called after, e.g. `dark-1280`."""
    troubles: list[str] = field(default_factory=list)
    """Errors on its console, exceptions, and answers that are errors."""

    def watch(self) -> None:
        """Notice troubles from now on."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        self.page.on(
            "response",
            lambda answer: self.troubles.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )

    async def go(self, path: str) -> None:
        """Open a page of the dashboard, e.g. `/requests`, and wait until it shows what it shows."""
        await self.page.goto(self.base + path)
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is being fetched."""
        await self.page.wait_for_function(BUSY)

    async def violations(self) -> list[str]:
        """What axe finds: rule, help, and the elements."""
        try:
            await self.page.evaluate("() => axe.version")
        except Error:
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        run = "(rules) => axe.run(document, { runOnly: { type: 'tag', values: rules } })"
        found: dict[str, Any] = await self.page.evaluate(run, RULES)
        return [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]

    async def screenshot(self, page: str) -> Path:
        """A picture of what is in sight, in build/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{self.name}-{page}.png"
        await self.page.screenshot(path=path, animations="disabled")
        return path

    async def overflows(self) -> int:
        """By how many pixels the page is wider than the window; it never should be."""
        width: int = await self.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        return max(width, 0)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")
