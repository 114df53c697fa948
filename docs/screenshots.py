"""Pictures of the terminal UI and of commands, for the guides: docs/images/*.svg. `make screenshots` runs it.

What they show is a server with made-up accounts and requests at a fixed time, so they are the same every time. Names
choose pictures. With `--check` nothing is written; the exit status is 1 when a picture no longer tells what the program
shows. `--theme NAME` and `--into DIRECTORY` are for looking at the other colors.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from claudeflare.tui.themes import DARK
from harness.clock_abroad import clock_abroad
from harness.command_line import CommandLine
from harness.events import Watched
from harness.pictured_server import SHOWN_REQUEST, pictured_server
from harness.terminal_picture import figureless, output_picture, portable, text_of
from harness.terminal_ui import Seat, seated

IMAGES: Final = Path(__file__).with_name("images")
SIZE: Final = (110, 34)
"""Columns and lines of the terminal UI."""
COLUMNS: Final = 104
"""Of the terminal that commands print to."""
MOST_LINES: Final = 42
"""Of longer outputs the rest is left out."""
HOME: Final = "/home/me/.local/share/claudeflare"
SERVER: Final = "http://127.0.0.1:8080"
UPSTREAM: Final = "https://api.anthropic.com"


async def _accounts(seat: Seat) -> None:
    await seat.press("2")
    await seat.until("Set-up")
    await seat.press("j")
    await seat.until("at this pace")


async def _add_account(seat: Seat) -> None:
    await seat.press("2")
    await seat.until("Set-up")
    await seat.press("a")
    await seat.until("Base URL")
    await seat.press("enter")
    await seat.type("second")


async def _requests(seat: Seat) -> None:
    await seat.press("3")
    await seat.until("TTFT")
    await seat.press("j", "j")


async def _request(seat: Seat) -> None:
    seat.ui.open_request(SHOWN_REQUEST)
    await seat.until("Conversation")


async def _analytics(seat: Seat) -> None:
    await seat.press("4")
    await seat.until("by list price")


async def _logs(seat: Seat) -> None:
    await seat.press("5")
    await seat.until("info and worse")


async def _strategy(seat: Seat) -> None:
    await seat.press("6")
    await seat.until("Good for")


async def _overview(seat: Seat) -> None:
    await seat.until("What happened")


SCREENS: Final[dict[str, Callable[[Seat], Awaitable[None]]]] = {
    "overview": _overview,
    "accounts": _accounts,
    "add-account": _add_account,
    "requests": _requests,
    "request-detail": _request,
    "analytics": _analytics,
    "logs": _logs,
    "strategy": _strategy,
}
"""Name of the picture -> the keys that lead there."""
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "status": ("status",),
    "list": ("list",),
    "stats": ("stats", "--range", "24h"),
    "requests": ("requests", "--limit", "14"),
    "explain": ("explain", SHOWN_REQUEST),
    "doctor": ("doctor",),
    "analyze": ("analyze",),
}
MEASURED: Final = ("cli-doctor", "cli-analyze")
"""Their figures are of this machine: what differs in nothing else is not written anew."""
NAMES: Final = (*(f"tui-{name}" for name in SCREENS), *(f"cli-{name}" for name in COMMANDS))


async def pictures(names: Sequence[str], theme: str) -> AsyncIterator[tuple[str, str]]:
    """Name and SVG of each."""
    with tempfile.TemporaryDirectory(prefix="cf-") as directory, clock_abroad() as upstream:
        home = Path(directory) / "home"
        async with pictured_server(home, upstream_url=upstream) as server:
            hidden = {str(home): HOME, server.url: SERVER, upstream: UPSTREAM, f"process {os.getpid()}": "process 4711"}
            for name in names:
                kind, _, what = name.partition("-")
                if kind == "tui":
                    yield name, await _screen(server, SCREENS[what], theme)
                else:
                    yield name, await asyncio.to_thread(_output, home, COMMANDS[what], server.url, hidden)


async def _screen(server: Watched, lead: Callable[[Seat], Awaitable[None]], theme: str) -> str:
    async with seated(server, size=SIZE, theme=theme) as seat:
        await seat.until("of 4 accounts")
        await lead(seat)
        await _settled(seat)
        return portable(seat.ui.export_screenshot(simplify=True))


async def _settled(seat: Seat) -> None:
    """Until all that was asked for is there: several looks in a row show the same."""
    looks = [""]
    while len(looks) < 8 or len(set(looks[-8:])) > 1:
        await seat.pilot.pause(0.05)
        looks.append(seat.shown)


def _output(home: Path, arguments: Sequence[str], url: str, hidden: Mapping[str, str]) -> str:
    """What a command prints on a terminal with colors, below the line that was typed."""
    line = CommandLine(home)
    line.environ |= {
        "FORCE_COLOR": "1",
        "COLORTERM": "truecolor",
        "HOME": str(home.parent),
        "ANTHROPIC_BASE_URL": url,
    }
    printed = line.run(*arguments, exit_codes=(0, 1), columns=COLUMNS).stdout
    for found, shown in hidden.items():
        printed = printed.replace(found, shown)
    lines = printed.rstrip("\n").split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "…"]
    return output_picture(f"claudeflare {' '.join(arguments)}", "\n".join(lines), COLUMNS)


async def write(names: Sequence[str], theme: str, into: Path) -> None:
    """Write those that tell something else than they did."""
    async for name, picture in pictures(names, theme):
        file = into / f"{name}.svg"
        if name not in MEASURED or not tells_the_same(name, file, picture):
            file.write_text(picture, encoding="utf-8")


async def stale(names: Sequence[str]) -> list[str]:
    """Pictures that tell something else than the program shows now."""
    made = pictures(names, DARK.name)
    return [name async for name, picture in made if not tells_the_same(name, IMAGES / f"{name}.svg", picture)]


def tells_the_same(name: str, file: Path, picture: str) -> bool:
    """Whether the text in a file is that of a picture."""
    if not file.exists():
        return False
    told, tells = text_of(file.read_text(encoding="utf-8")), text_of(picture)
    return figureless(told) == figureless(tells) if name in MEASURED else told == tells


def main() -> int:
    """Write the pictures, or only say which ones are out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--theme", default=DARK.name)
    parser.add_argument("--into", type=Path, default=IMAGES)
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    names = given.names or NAMES
    if not given.check:
        given.into.mkdir(parents=True, exist_ok=True)
        asyncio.run(write(names, given.theme, given.into))
        return 0
    if found := asyncio.run(stale(names)):
        print(f"{', '.join(found)}: out of date; run `make screenshots`")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
