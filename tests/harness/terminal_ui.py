"""The terminal UI on a server with some data on it, driven by keys; and what its screen shows, as text."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import TypeVar

import httpx2
from textual._context import visible_screen_stack
from textual.pilot import Pilot

from claudeflare.client.client import Client
from claudeflare.tui.app import Left, Surroundings, TerminalUI
from claudeflare.tui.themes import DARK
from harness.data_directory import NOW
from harness.events import Watched

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds until the screen must show something; a busy machine may need them."""
SNAPSHOTS = Path(__file__).parents[1] / "tui" / "snapshots"
UPDATE = "UPDATE_SNAPSHOTS"
"""Environment variable: write the snapshots anew instead of comparing them."""


class Seat:
    """Who sits at the terminal."""

    def __init__(self, ui: TerminalUI, pilot: Pilot[Left]) -> None:
        self.ui = ui
        self.pilot = pilot

    @property
    def shown(self) -> str:
        """The whole screen, without colors."""
        # With the screens behind a dialog: without them it would be drawn, and remembered, on nothing.
        visible_screen_stack.set(self.ui._background_screens)
        lines = self.ui.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))

    async def until(self, text: str) -> str:
        """Wait until the screen shows a text; the screen."""
        await self.until_true(lambda: text in self.shown, f"no {text!r}")
        return self.shown

    async def until_gone(self, text: str) -> None:
        """Wait until it no longer does."""
        await self.until_true(lambda: text not in self.shown, f"still {text!r}")

    async def until_true(self, condition: Callable[[], object], otherwise: str) -> None:
        """Wait until something holds. What is drawn comes at a timer's pace, so it is looked for again and again."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"{otherwise} in\n{self.shown}") from None

    async def snapshot(self, name: str) -> None:
        """Compare the whole screen with tests/tui/snapshots/NAME.txt."""
        await self.pilot.pause()
        file = SNAPSHOTS / f"{name}.txt"
        shown = self.shown.rstrip() + "\n"
        if os.environ.get(UPDATE):
            file.parent.mkdir(exist_ok=True)
            file.write_text(shown)
        assert shown == file.read_text(), f"The screen is not as in {file}; if it should be: {UPDATE}=1"


@asynccontextmanager
async def seated(
    server: Watched,
    *,
    size: tuple[int, int] = (120, 40),
    asks_about_server: bool = False,
    token: str | None = None,
    theme: str | None = DARK.name,
) -> AsyncIterator[Seat]:
    """The UI on this server, in a terminal of so many columns and lines, at the fixed time."""
    headers = {"authorization": f"Bearer {token or server.control.token}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=20, trust_env=False) as http:
        client = Client(http, where=server.url, token_source="a test", url=server.url)
        around = Surroundings(
            lambda: NOW, UTC, asks_about_server, pauses=(0.05,), draws_per_second=50, environ={}, theme=theme
        )
        ui = TerminalUI(client, around)
        async with ui.run_test(size=size, notifications=True) as pilot:
            yield Seat(ui, pilot)
