"""The terminal UI in a real terminal, by keys alone, on the whole product: as its user has it."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from harness.dashboard import HEADERS, ask
from harness.server import CLAUDEFLARE, ClaudeflareServer, claudeflare_server
from harness.simulated_api import api_account, simulated_api
from harness.tmux import Tmux, needs_tmux, tmux

pytestmark = needs_tmux

SIGNS = (("2", "spare"), ("3", "opus"), ("4", "24"), ("5", "strategy session"), ("6", "headroom"), ("1", "work"))
"""Each screen's key, and a word it shows."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ClaudeflareServer]:
    async with simulated_api([api_account("work"), api_account("spare")]) as api:
        async with claudeflare_server(api.url, tmp_path / "home") as server:
            await server.add("work", "spare")
            yield server


@asynccontextmanager
async def at(server: ClaudeflareServer, *arguments: str, columns: int = 100, lines: int = 30) -> AsyncIterator[Tmux]:
    async with tmux([*CLAUDEFLARE, *arguments], server.environ, columns, lines) as terminal:
        yield terminal


async def send(server: ClaudeflareServer, count: int) -> None:
    async with httpx2.AsyncClient(base_url=server.url, headers=HEADERS, timeout=30) as client:
        for number in range(count):
            await ask(client, number)


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 60)])
async def test_every_screen_by_its_key(server: ClaudeflareServer, columns: int, lines: int) -> None:
    await send(server, 3)
    await server.requests(lambda listed: len(listed) == 3)
    async with at(server, "tui", columns=columns, lines=lines) as terminal:
        await terminal.until("All 2 accounts are available.")
        for key, sign in SIGNS:
            await terminal.press(key)
            await terminal.until(sign)
        await terminal.press("q")
        await terminal.until("ended with 0")
    assert (await server.api.get("/health")).is_success


async def test_requests_come_in_while_one_looks_and_one_opens(server: ClaudeflareServer) -> None:
    async with at(server, "tui") as terminal:
        await terminal.press("3")
        await terminal.until("No request")
        await send(server, 2)
        # In the list: while they run they are named above it.
        await terminal.until(" ok ")
        await terminal.press("Enter")
        await terminal.until("why is the sky blue")


async def test_an_account_is_paused_and_used_again(server: ClaudeflareServer) -> None:
    async with at(server, "tui") as terminal:
        await terminal.press("2")
        await terminal.until("spare")
        await terminal.press("p")
        await terminal.until("paused")
        paused = [one["name"] for one in (await server.api.get("/api/accounts")).json() if one["paused"]]
        assert len(paused) == 1
        await terminal.press("p")
        await terminal.until("All 2 accounts are available.")


async def test_a_terminal_of_another_size(server: ClaudeflareServer) -> None:
    async with at(server, "tui") as terminal:
        await terminal.until("All 2 accounts")
        await terminal.resize(40, 10)
        await terminal.until("at least 50 columns")
        await terminal.resize(160, 50)
        await terminal.until("All 2 accounts")


async def test_a_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    async with simulated_api([]) as api:
        async with claudeflare_server(api.url, tmp_path / "home", PORT=port) as server:
            await server.add("work")
            environ = server.environ
            async with tmux([*CLAUDEFLARE, "tui"], environ) as terminal:
                await terminal.until("The account is available.")
                await server.cli("stop")
                await terminal.until("No connection for")
                async with claudeflare_server(api.url, tmp_path / "home", PORT=port):
                    await terminal.until("The account is available.")
                await terminal.press("q")
                await terminal.until("ended with 0")


@pytest.mark.parametrize(("key", "stays"), [("k", True), ("s", False)])
async def test_without_a_command_a_server_is_started_and_its_end_is_asked_about(
    tmp_path: Path, key: str, *, stays: bool
) -> None:
    async with simulated_api([]) as api, claudeflare_server(api.url, tmp_path / "home") as server:
        environ = dict(server.environ)
        await server.cli("stop")
        async with tmux(CLAUDEFLARE, environ) as terminal:
            await terminal.until("There is no account yet")
            await terminal.press("q")
            await terminal.until("Keep the server running?")
            await terminal.press("Escape")
            await terminal.until_gone("Keep the server running?")
            await terminal.press("q")
            await terminal.until("Keep the server running?")
            await terminal.press(key)
            await terminal.until("ended with 0")
        left = await server.cli("status")
        assert ("not running" not in left.stdout) is stays
        await server.cli("stop")


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environ = {"CLAUDEFLARE_HOME": str(tmp_path), "PORT": str(taken.getsockname()[1]), "PATH": "/usr/bin:/bin"}
        async with tmux(CLAUDEFLARE, environ) as terminal:
            shown = await terminal.until("ended with 1")
    assert "The server did not start" in shown
    assert re.search(r"in use|taken", shown)


async def test_a_running_server_is_joined_and_left_alone(server: ClaudeflareServer) -> None:
    async with at(server) as terminal:
        await terminal.until("All 2 accounts")
        await terminal.press("q")
        await terminal.until("ended with 0")
    assert (await server.api.get("/health")).is_success


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_who_ends_it_from_outside_finds_the_terminal_as_it_was(
    server: ClaudeflareServer, number: signal.Signals
) -> None:
    async with at(server, "tui") as terminal:
        await terminal.until("All 2 accounts")
        (pid,) = [child.pid for child in psutil.process_iter() if _is_ui_of(child, server)]
        os.kill(pid, number)
        shown = await terminal.until("ended with 0")
    assert "All 2 accounts" not in shown
    assert (await server.api.get("/health")).is_success


def _is_ui_of(process: psutil.Process, server: ClaudeflareServer) -> bool:
    try:
        return process.cmdline()[-1:] == ["tui"] and process.environ().get("CLAUDEFLARE_HOME") == str(
            server.home.directory
        )
    except psutil.Error:
        return False
