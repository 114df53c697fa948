"""The logs screen, on a server whose log files are written to meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from claudeflare.home import Home
from claudeflare.tui.widgets.log_view import LogView
from harness.data_directory import NOW
from harness.events import Watched
from harness.log_lines import write
from harness.terminal_ui import Seat, seated

LONG = "a long message " * 20


def say(tmp_path: Path, *messages: str, level: str = "info", at: float = NOW) -> None:
    """Let a process of the server log."""
    write(Home(tmp_path / "home").logs, "gateway-0", 1, *((at, message) for message in messages), level=level)


@asynccontextmanager
async def at_the_logs(server: Watched, size: tuple[int, int] = (120, 30)) -> AsyncIterator[Seat]:
    async with seated(server, size=size) as seat:
        await seat.press("5")
        await seat.until("info and worse · ")
        yield seat


async def test_lines_are_there_and_come(server: Watched, tmp_path: Path) -> None:
    async with at_the_logs(server) as seat:
        await seat.until("listening on http://127.0.0.1:8080")
        say(tmp_path, "one more")
        await seat.until("one more")


async def test_a_level_is_shown_with_what_is_worse(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, "a detail", level="debug")
    say(tmp_path, "a fault", level="error")
    async with at_the_logs(server) as seat:
        await seat.until("a fault")
        assert "a detail" not in seat.shown
        await seat.press("d")
        await seat.until("a detail")
        await seat.press("e")
        await seat.until_gone("a detail")
        await seat.until("a fault")
        assert "listening" not in seat.shown
        await seat.press("l")
        await seat.until("debug and worse")


async def test_a_level_at_which_nothing_is_logged_says_so(server: Watched) -> None:
    async with at_the_logs(server) as seat:
        await seat.press("e")
        await seat.until("Nothing is logged at this level yet.")


async def test_what_comes_during_a_pause_is_held(server: Watched, tmp_path: Path) -> None:
    async with at_the_logs(server) as seat:
        await seat.press("space")
        say(tmp_path, "held back", "this one too")
        await seat.until("paused, 2 new")
        assert "held back" not in seat.shown
        await seat.press("space")
        await seat.until("this one too")
        assert "paused" not in seat.shown


async def test_a_search_marks_and_leads_from_one_line_to_the_next(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, *(f"request {number} {'failed' if number % 10 == 3 else 'went well'}" for number in range(60)))
    async with at_the_logs(server, (80, 24)) as seat:
        view = seat.ui.screen.query_one(LogView)
        await seat.press("slash")
        await seat.type("FAILED")
        await seat.until("6 lines found")
        await seat.press("enter")
        assert view.chosen is not None
        assert "request 53" in view.chosen["message"]
        await seat.press("N")
        assert "request 43" in view.chosen["message"]
        await seat.press("n", "n")
        assert "request 3 " in view.chosen["message"]
        await seat.press("escape")
        await seat.until_gone("found")


async def test_who_looks_further_up_is_left_there(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, *(f"line number {number}" for number in range(60)))
    async with at_the_logs(server, (80, 24)) as seat:
        await seat.until("line number 59")
        await seat.press("g")
        await seat.until("listening on")
        say(tmp_path, "the newest")
        await seat.until("62 lines")
        assert "the newest" not in seat.shown
        await seat.until("not at the end")
        await seat.press("G")
        await seat.until("the newest")
        say(tmp_path, "followed again")
        await seat.until("followed again")


async def test_what_is_long_unfolds(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, LONG + "THEEND")
    async with at_the_logs(server, (80, 24)) as seat:
        await seat.until("▸ a long message")
        assert "THEEND" not in seat.shown
        await seat.press("enter")
        await seat.until("THEEND")
        await seat.pilot.resize_terminal(60, 20)
        await seat.until("THEEND")
        await seat.press("enter")
        await seat.until_gone("THEEND")


async def test_a_line_is_copied_whole(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, LONG + "THEEND")
    async with at_the_logs(server) as seat:
        await seat.until("▸ a long message")
        await seat.press("y")
        assert seat.ui.clipboard.endswith("THEEND")


async def test_it_is_drawn_as_it_was(server: Watched, tmp_path: Path) -> None:
    say(tmp_path, "the day before", at=NOW - 86_400)
    say(tmp_path, "It\x1b[31m is \u202ehostile", level="warn")
    async with at_the_logs(server, (80, 24)) as seat:
        await seat.until("hostile")
        await seat.snapshot("logs-80x24")
