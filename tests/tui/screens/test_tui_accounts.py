"""Accounts: the list, the detail, and every action with what can go wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep
from claudeflare.tui.screens.accounts import AccountsScreen
from harness.busy_accounts import busy
from harness.data_directory import NOW
from harness.events import Watched, watched
from harness.terminal_ui import Seat, seated


async def opened(seat: Seat, name: str = "spare") -> None:
    """The screen, with the cursor on an account."""
    await seat.until("accounts available" if name != "spare" else "available:")
    seat.ui.open_account(name)
    await seat.until("Set-up")
    await seat.until_true(lambda: chosen(seat)["name"] == name, "another account")


def chosen(seat: Seat) -> Any:
    """The account the cursor is on."""
    screen = seat.ui.screen
    assert isinstance(screen, AccountsScreen)
    return screen.chosen or {"name": None}


async def known(server: Watched, name: str = "spare") -> Any:
    """The account as the server has it."""
    return await server.call("GET", f"/api/accounts/{name}")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_list_and_detail(server: Watched, size: tuple[int, int]) -> None:
    async with busy(server), seated(server, size=size) as seat:
        await opened(seat, "work")
        await seat.until("at this pace 90% at 19:16")
        await seat.until_gone("Reading …")
        await seat.until("resets in 2 h 5 min")
        if size == (80, 24):  # where the id is further down: it is another one each time
            await seat.snapshot("accounts-80x24")


async def test_how_far_its_limits_were_used_in_the_last_day(server: Watched) -> None:
    async with busy(server):
        work = (await known(server, "work"))["id"]
        step = int(NOW) // STEP_SECONDS * STEP_SECONDS
        five_hours = LimitId("window", "5h", "")
        readings = [(step - 7200, 0.1), (step - 3600, 0.97), (step - STEP_SECONDS, 0.5)]
        server.services.limit_history.add([LimitStep(work, five_hours, at, used, used) for at, used in readings])
        async with seated(server, size=(120, 40)) as seat:
            await opened(seat, "work")
            shown = await seat.until("highest 97%")
            (line,) = [one for one in shown.splitlines() if "highest 97%" in one]
            assert re.search(r"24 h +·+▁·*█·*▄  highest 97%", line), line
            await opened(seat, "home")
            await seat.until_gone("highest 97%")


async def test_the_detail_of_a_limited_account_says_why_and_what_happened(server: Watched) -> None:
    async with seated(server, size=(160, 48)) as seat:
        await opened(seat)
        await seat.until("opus: 7d_opus: all used, until 18:10 (30 min)")
        await seat.until("17:40 ■ spare was limited for opus: 7d_opus: all used.")


async def test_enter_leads_into_the_detail_where_arrows_scroll(server: Watched) -> None:
    async with busy(server), seated(server, size=(80, 24)) as seat:
        await opened(seat, "work")
        await seat.press("enter", "end")
        await seat.until("What happened")
        await seat.press("tab", "k")
        await seat.until_true(lambda: chosen(seat)["name"] != "work", "the same account")


async def test_pause_and_resume(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        await seat.press("p")
        await seat.until("Paused spare")
        assert (await known(server))["paused"]
        await seat.until("Resume")
        await seat.press("p")
        await seat.until("spare is in use again.")
        assert not (await known(server))["paused"]


async def test_a_limit_is_cleared(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        await seat.press("c")
        await seat.until("Forgot what was known of the limits of spare.")
        await seat.until("The account is available.")
        assert (await known(server))["limits"] == []
        await seat.until_gone("Clear limit")


async def test_a_name_is_changed_and_one_that_is_taken_is_said_in_place(server: Watched) -> None:
    await server.call("POST", "/api/accounts", {"name": "taken", "apiKey": "sk-ant-api03-taken"})
    async with seated(server) as seat:
        await opened(seat)
        await seat.press("n")
        await seat.until("Rename spare")
        await seat.press("ctrl+u")
        await seat.type("taken")
        await seat.press("enter")
        await seat.until("taken")
        await seat.until_true(lambda: seat.ui.screen.query_one(".problem").display, "no problem")
        await seat.press("ctrl+u")
        await seat.type("office")
        await seat.press("enter")
        await seat.until("It is called office now.")
        assert (await known(server, "office"))["name"] == "office"


async def test_settings_are_saved_where_they_differ(server: Watched) -> None:
    async with seated(server, size=(80, 24)) as seat:
        await opened(seat)
        await seat.press("T")
        await seat.until("Settings: spare")
        await seat.snapshot("accounts-settings-80x24")
        await seat.press("right", "tab", "ctrl+u")
        await seat.type("x")
        await seat.press("enter")
        await seat.until("The priority is a whole number")
        await seat.press("ctrl+u")
        await seat.type("2")
        await seat.press("tab")
        await seat.type("80")
        await seat.press("tab", "right", "enter", "tab")
        await seat.type("not an address")
        await seat.press("enter")
        await seat.until_true(lambda: "http" in str(seat.shown), "no words of the server's")
        await seat.press("ctrl+u")
        await seat.type("https://claude.example")
        await seat.press("enter")
        await seat.until("Saved spare.")
    stored = await known(server)
    assert (stored["tier"], stored["priority"], stored["reserve"]) == (5, 2, 0.8)
    assert (stored["allowExtraUsage"], stored["baseUrl"]) == (True, "https://claude.example")


async def test_settings_that_are_as_they_were_ask_nothing(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        await seat.press("e")
        await seat.until("Settings: spare")
        await seat.pilot.click("#submit")
        await seat.until_gone("Settings: spare")
        assert "Saved" not in seat.shown


async def test_removing_wants_the_name_typed(server: Watched) -> None:
    async with seated(server, size=(80, 24)) as seat:
        await opened(seat)
        await seat.press("d")
        await seat.until("Type spare to go on")
        await seat.snapshot("accounts-remove-80x24")
        await seat.type("spar")
        await seat.press("enter")
        await seat.until("That is not spare. Nothing was changed.")
        await seat.type("e")
        await seat.press("enter")
        await seat.until("Removed spare.")
        await seat.until("No account yet")
    assert await server.call("GET", "/api/accounts") == []


async def test_escape_changes_nothing(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        for key, words in (
            ("d", "Remove spare?"),
            ("e", "Settings: spare"),
            ("n", "Rename spare"),
            ("a", "Add account"),
        ):
            await seat.press(key)
            await seat.until(words)
            await seat.press("escape")
            await seat.until_gone(words)
    assert (await known(server))["name"] == "spare"


async def test_an_account_somebody_else_removed(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        await seat.press("n")
        await seat.until("Rename spare")
        await server.call("DELETE", "/api/accounts/spare", {"confirm": "spare"})
        await seat.type("r")
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.screen.query_one(".problem").display, "no problem")
        await seat.press("escape")
        await seat.until("No account yet")


async def test_what_a_server_refuses_is_said_in_its_words(server: Watched) -> None:
    async with seated(server) as seat:
        await opened(seat)
        screen = seat.ui.screen
        assert isinstance(screen, AccountsScreen)
        screen.action_refresh()
        await seat.until("no token that Claudeflare renews")


async def test_without_accounts_there_is_nothing_to_act_on(tmp_path: Path) -> None:
    async with watched(tmp_path / "home") as server, seated(server, size=(80, 24)) as seat:
        await seat.press("2")
        await seat.until("No account yet")
        for key in "pecflndT":
            await seat.press(key)
        await seat.snapshot("accounts-none-80x24")
