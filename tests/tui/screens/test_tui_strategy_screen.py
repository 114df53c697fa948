"""Strategy in the terminal: what policies do, a trial on recorded requests, and the change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from claudeflare.tui.dialogs.strategy_trial import StrategyTrial
from claudeflare.tui.screens.strategy import StrategyScreen
from claudeflare.tui.widgets.policy_list import PolicyList
from harness.busy_days import write_busy_days
from harness.events import Watched
from harness.terminal_ui import Seat, seated


@asynccontextmanager
async def at_strategy(server: Watched, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Seat]:
    async with seated(server, size=size) as seat:
        await seat.press("6")
        await seat.until("Kept: records")
        yield seat


async def in_force(server: Watched) -> str:
    return str((await server.call("GET", "/api/config/strategy"))["strategy"])


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_what_policies_do_and_which_is_in_force(server: Watched, size: tuple[int, int]) -> None:
    async with at_strategy(server, size) as seat:
        await seat.until("● session  in force")
        await seat.snapshot(f"strategy-{size[0]}x{size[1]}")


async def test_each_policy_says_what_it_costs(server: Watched) -> None:
    async with at_strategy(server) as seat:
        await seat.press("j")
        await seat.until("It costs   Conversations move now and then")
        await seat.press("k")
        await seat.until("It costs   A busy conversation")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_trial_and_the_change(server: Watched, size: tuple[int, int]) -> None:
    write_busy_days(server, 300)
    async with at_strategy(server, size) as seat:
        await seat.press("down", "enter")
        await seat.until("headroom instead of session?")
        await seat.until("Simulate again")
        assert "Cache kept" in seat.shown
        await seat.snapshot(f"strategy-trial-{size[0]}x{size[1]}")
        assert await in_force(server) == "session"
        await seat.press("u")
        await seat.until("● headroom  in force")
        await seat.until("Accounts are picked by headroom now.")
    assert await in_force(server) == "headroom"


async def test_going_back_changes_nothing(server: Watched) -> None:
    async with at_strategy(server) as seat:
        await seat.press("down", "enter")
        await seat.until("Simulate again")
        await seat.press("escape")
        await seat.until_gone("headroom instead")
    assert await in_force(server) == "session"


async def test_without_recorded_requests_it_is_used_all_the_same(server: Watched) -> None:
    await server.call("POST", "/api/maintenance/clear-history", {"before": None})
    async with at_strategy(server) as seat:
        await seat.press("down", "enter")
        await seat.until("Simulate again")
        assert "foretold. It can be used all the same." in seat.shown
        await seat.snapshot("strategy-trial-nothing-80x24")
        await seat.press("enter")  # the button that uses it has the focus
        await seat.until("● headroom  in force")


async def test_a_server_that_refuses_the_simulation_says_why(server: Watched) -> None:
    for account in await server.call("GET", "/api/accounts"):
        await server.call("DELETE", f"/api/accounts/{account['id']}", {"confirm": account["name"]})
    async with at_strategy(server) as seat:
        await seat.press("down", "enter")
        await seat.until("There are no accounts to simulate with")
        await seat.until("Simulate again")
        await seat.pilot.click("#again")
        await seat.until("There are no accounts to simulate with")
        await seat.until("Simulate again")
        await seat.pilot.click("#submit")
        await seat.until("● headroom  in force")


async def test_a_simulation_can_be_stopped(server: Watched) -> None:
    assert server.services.simulating.acquire(blocking=False)  # as by somebody else's
    async with at_strategy(server) as seat:
        await seat.press("down", "enter")
        await seat.until("Another simulation is running")
        await seat.until("Simulate again")
        server.services.simulating.release()
        await seat.press("r")
        await seat.until("would have done the same")
        await seat.until("Simulate again")
        assert isinstance(seat.ui.screen, StrategyTrial)
        seat.ui.screen.action_again()
        seat.ui.screen.action_use()  # not while it runs
        seat.ui.screen.action_stop()
        await seat.until("The simulation was stopped.")
        assert await in_force(server) == "session"
        await seat.press("r")
        await seat.until("would have done the same")


async def test_the_one_in_force_is_not_compared_with_itself(server: Watched) -> None:
    async with at_strategy(server) as seat:
        await seat.press("enter")
        await seat.until("session is in force. Choose")


async def test_a_change_made_elsewhere_is_shown(server: Watched) -> None:
    async with at_strategy(server) as seat:
        await seat.press("j", "j")
        await server.call("POST", "/api/config/strategy", {"strategy": "weighted"})
        await seat.until("● weighted  in force")
        assert isinstance(seat.ui.screen, StrategyScreen)
        assert seat.ui.screen.query_one(PolicyList).highlighted == 2
