"""Overview: accounts, figures, what happened, the newest requests; from there to what was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.balancing.change import Benched
from claudeflare.tui.screens.accounts import AccountsScreen
from claudeflare.tui.widgets.recent_requests import RecentRequests
from claudeflare.tui.widgets.timeline_list import TimelineList
from harness.busy_accounts import busy
from harness.data_directory import NOW
from harness.events import Watched, watched
from harness.live_batches import Batch, ended
from harness.terminal_ui import seated

SIZES = [(80, 24), (160, 48)]


@pytest.mark.parametrize("size", SIZES)
async def test_everything_in_one_look(server: Watched, size: tuple[int, int]) -> None:
    async with busy(server), seated(server, size=size) as seat:
        await seat.until("1 of 5 accounts available")
        await seat.until("2 requests for an account, the first for 12 s")
        await seat.snapshot(f"overview-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
async def test_without_accounts_it_says_how_to_add_one(tmp_path: Path, size: tuple[int, int]) -> None:
    async with watched(tmp_path / "home") as server, seated(server, size=size) as seat:
        await seat.until("claudeflare add work --mode profile")
        await seat.snapshot(f"overview-no-account-{size[0]}x{size[1]}")
        await seat.press("a")
        await seat.until("Add account")
        assert seat.ui.current_mode == "accounts"


async def test_without_requests_it_says_how_to_send_one(tmp_path: Path) -> None:
    async with watched(tmp_path / "home") as server:
        await server.call("POST", "/api/accounts", {"name": "work", "apiKey": "sk-ant-api03-work"})
        async with seated(server, size=(80, 24)) as seat:
            await seat.until("No request yet")
            assert f"ANTHROPIC_BASE_URL={server.url} claude" in seat.shown


async def test_enter_on_an_account_leads_to_it(server: Watched) -> None:
    async with busy(server), seated(server) as seat:
        await seat.until("near a limit")
        await seat.press("j", "j", "enter")
        await seat.until("7d_opus: all used, until 18:10")
        screen = seat.ui.screen
        assert isinstance(screen, AccountsScreen)
        assert screen.chosen is not None
        assert screen.chosen["name"] == "spare"


async def test_enter_on_a_request_leads_to_it(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until("opus-5")
        seat.ui.screen.query_one(RecentRequests).focus()
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.current_mode == "requests", "still elsewhere")


async def test_enter_on_what_happened_leads_to_whom(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until("spare was limited for opus")
        seat.ui.screen.query_one(TimelineList).focus()
        await seat.press("enter")
        await seat.until("Set-up")
        assert seat.ui.current_mode == "accounts"


async def test_requests_come_in_as_they_end(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until("opus-5")
        finished = ended("req_new", started_at=NOW - 1, model="claude-haiku-4-5", account="spare", duration_ms=900.0)
        server.control.live.stored(Batch([], [finished]))
        await seat.until("haiku-4-5")
        rows = seat.ui.screen.query_one(RecentRequests)
        assert rows.chosen == "req_new"  # who looks at the newest goes on looking at the newest
        rows.focus()
        await seat.press("j")
        server.control.live.stored(Batch([], [ended("req_newer", started_at=NOW, model="claude-sonnet-4-6")]))
        await seat.until("sonnet-4-6")
        assert rows.chosen == "req_01HZY3"


async def test_what_happens_is_told_at_once(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until("spare was limited for opus")
        # What changes before the server's first look is in nobody's events: a request tells that it has looked.
        server.control.live.stored(Batch([], [ended("req_new", started_at=NOW, model="claude-haiku-4-5")]))
        await seat.until("haiku-4-5")
        spare = seat.ui.link.state.accounts[0]["id"]
        changes = [Benched(spare, "", NOW + 600, "5h: all used")]
        server.services.state.apply(changes, NOW)
        server.services.gateways.changes_made(changes)
        await seat.until("spare was limited: 5h: all used.")
        await seat.until("spare limited until 17:50 (10 min)")


async def test_another_size_while_it_is_open(server: Watched) -> None:
    async with busy(server), seated(server, size=(80, 24)) as seat:
        await seat.until("limited 41 min")
        await seat.pilot.resize_terminal(160, 48)
        await seat.until("limited until 18:21 (41 min)    ")
        await seat.pilot.resize_terminal(80, 24)
        await seat.until("● limited 41 min")
        lines = seat.shown.splitlines()
        assert all(len(line) <= 80 for line in lines)
