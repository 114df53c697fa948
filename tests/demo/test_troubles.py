from __future__ import annotations

import pytest

from claudeflare.demo.cast import make_cast
from claudeflare.demo.troubles import OVERLOADED_ANSWERS, troubles
from claudeflare.simulator.accounts import Accounts
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.world import World


@pytest.mark.parametrize(("count", "overloaded", "used_up"), [(2, "trial", "trial"), (4, "studio-a", "studio-b")])
def test_each_trouble_strikes_its_account_in_its_time(count: int, overloaded: str, used_up: str) -> None:
    cast, clock = make_cast(count), ManualClock()
    world = World(Accounts(cast.accounts), clock)
    for rule in troubles(cast, 60.0):
        world.enforce(rule)

    def struck(account: str) -> list[str]:
        faults = world.faults.strike(account, "/v1/messages", "claude-sonnet-5-5", clock.now())
        return [fault.name for fault in faults]

    assert struck(overloaded) == []
    clock.advance(15)
    assert [struck(overloaded) for _ in range(OVERLOADED_ANSWERS + 1)] == [["529"]] * OVERLOADED_ANSWERS + [[]]
    clock.advance(15)
    assert struck(used_up) == ["429-window"]
    assert struck("company") == []
    clock.advance(12)
    assert struck(used_up) == []
