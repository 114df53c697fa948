"""The world a person asks for at the start."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.world import make_world


def test_options_make_a_world(tmp_path: Any) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text("[[accounts]]\nname = 'work'\nkey = 'sk-ant-api03-work'\n")
    options = SimulatorOptions(accounts_file=str(path), speed=10, faults=("529;account=work;times=3", "gzip"))
    world = make_world(options)
    assert world.clock.scale == 10
    assert [rule.fault.name for rule in world.faults.rules] == ["529", "gzip"]
    assert world.pacing.seconds(60) == 1
    assert "<Accounts ['work']>" in repr(world)


@pytest.mark.parametrize(
    "options",
    [
        SimulatorOptions(speed=-1),
        SimulatorOptions(tokens_per_second=0),
        SimulatorOptions(ttft=-1),
        SimulatorOptions(faults=("explode",)),
        SimulatorOptions(faults=("529;account=nobody",)),
        SimulatorOptions(accounts_file="/nowhere/accounts.toml"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: SimulatorOptions) -> None:
    with pytest.raises(InvalidInput):
        make_world(options)
