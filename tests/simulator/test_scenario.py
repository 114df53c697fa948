"""The scenario file, and what options change of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.scenario import REALISTIC, Scenario, load_scenario, parse_scenario, scenario_of
from claudeflare.simulator.world import make_world, world_of

TOML = """
seed = 7
speed = 0
start = 2026-11-22T10:00:00Z

[pacing]
ttft = 1.5
jitter = 0.2

[[accounts]]
name = "work"
key = "sk-ant-api03-work"
limits = { requests = 50, input-tokens = 30000, output-tokens = 8000 }

[[accounts]]
name = "max"
key = "sk-ant-oat01-max"
windows = { session-tokens = 1000, overage-tokens = 10 }

[[faults]]
fault = "529"
account = "work"
probability = 0.5
at = 60
lasts = 10
every = 300

[[faults]]
fault = "abort-mid-stream"
after = 2
times = 1

[[faults]]
fault = "429-bucket;retry-after=3;model=opus"
"""


def test_everything_is_read() -> None:
    scenario = parse_scenario(TOML)
    assert (scenario.seed, scenario.speed, scenario.started_at) == (7, 0, 1795341600.0)
    assert (scenario.pacing.ttft, scenario.pacing.tokens_per_second, scenario.pacing.jitter) == (1.5, 60, 0.2)
    assert [account.name for account in scenario.accounts] == ["work", "max"]
    first, second, third = scenario.faults
    assert (first.fault.name, first.account, first.probability) == ("529", "work", 0.5)
    assert (first.at, first.lasts, first.every) == (60, 10, 300)
    assert (second.fault.after, second.times) == (2, 1)
    assert (third.fault.retry_after, third.model) == (3, "opus")


def test_an_empty_one_is_the_default() -> None:
    assert parse_scenario("") == Scenario(pacing=parse_scenario("").pacing)
    assert parse_scenario("").pacing.ttft == REALISTIC.ttft


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = ", "Invalid value"),
        ("seeds = 1", "unknown field `seeds`"),
        ("speed = -1", "speed must be at least 0"),
        ("speed = inf", "speed must be at least 0"),
        ("[pacing]\nttft = -1", "time to first token at least 0"),
        ("[pacing]\npace = 1", "unknown field `pace`"),
        ("[[accounts]]\nname = 'work'", "missing required field `key`"),
        ("[[faults]]\naccount = 'work'", "needs a fault"),
        ("[[faults]]\nfault = 'explode'", "There is no fault 'explode'"),
        ("[[faults]]\nfault = '529;times=1'\ntimes = 2", "has parameters twice"),
        ("[[faults]]\nfault = '529'\nevery = 5", "every needs lasts"),
        ("[[faults]]\nfault = 'stall'\nbefore = 5", "unknown field `before`"),
    ],
)
def test_what_is_not_right_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(f"The scenario {path} is not right: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Check the path"):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(InvalidInput, match="not UTF-8"):
        load_scenario(tmp_path / "bytes.toml")


def test_options_go_before_the_file(tmp_path: Path) -> None:
    path, accounts = tmp_path / "scenario.toml", tmp_path / "accounts.json"
    path.write_text(TOML)
    accounts.write_text('{"accounts": [{"name": "only", "key": "sk-ant-api03-only"}]}')
    assert scenario_of(SimulatorOptions(scenario_file=str(path))).seed == 7
    options = SimulatorOptions(scenario_file=str(path), accounts_file=str(accounts), seed=8, ttft=0, faults=("gzip",))
    scenario = scenario_of(options)
    assert (scenario.seed, scenario.speed) == (8, 0)
    assert (scenario.pacing.ttft, scenario.pacing.jitter) == (0, 0.2)
    assert [account.name for account in scenario.accounts] == ["only"]
    assert [rule.fault.name for rule in scenario.faults] == ["529", "abort-mid-stream", "429-bucket", "gzip"]
    # The file's fault names an account that the other list does not have.
    with pytest.raises(InvalidInput, match="There is no account 'work'"):
        make_world(options)


def test_without_a_file_answers_are_as_fast_as_real_ones() -> None:
    assert scenario_of(SimulatorOptions()).pacing == Pacing(ttft=0.4, tokens_per_second=60, batch=60)


def test_a_world_begins_where_the_scenario_says_and_can_begin_again() -> None:
    world = world_of(parse_scenario(TOML))
    assert world.clock.now() == 1795341600.0
    assert world.pacing.jitter == 0.2
    work = world.accounts.named("work")
    assert work is not None
    world.faults.strike("work", "/", "", world.clock.now())
    assert [rule.fault.name for rule in world.faults.rules] == ["529", "429-bucket"]
    world.accounts.remove("work")
    world.restart()
    assert world.accounts.named("work") == work
    assert [rule.fault.name for rule in world.faults.rules] == ["529", "abort-mid-stream", "429-bucket"]
