"""The scenario file: all that a simulator begins with, in TOML.

seed = 7
speed = 60

[pacing]
ttft = 0.4

[[accounts]]
name = "work"
key = "sk-ant-api03-work"

[[faults]]
fault = "529"
account = "work"
probability = 0.05
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.accounts_file import load_accounts
from claudeflare.simulator.fault_rules import FaultRule, make_rule, parse_rule
from claudeflare.simulator.oauth.options import OAuthOptions, check_oauth
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.pacing import Pacing, check_pacing

REALISTIC = Pacing(ttft=0.4, tokens_per_second=60.0, batch=60.0)


class ScenarioPacing(Pacing, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Pacing whose defaults are those of a real answer."""

    ttft: float = REALISTIC.ttft
    tokens_per_second: float = REALISTIC.tokens_per_second
    batch: float = REALISTIC.batch


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content."""

    seed: int = 0
    speed: float = 1.0
    start: datetime | None = None
    """The simulated time it begins at; None: now."""
    pacing: Pacing = REALISTIC
    oauth: OAuthOptions = OAuthOptions()
    accounts: tuple[SimulatedAccount, ...] = ()
    faults: tuple[FaultRule, ...] = ()

    @property
    def started_at(self) -> float | None:
        """`start` as UTC epoch seconds; a time without a zone is UTC."""
        if self.start is None:
            return None
        return (self.start if self.start.tzinfo else self.start.replace(tzinfo=UTC)).timestamp()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it is written: faults in a form of their own."""

    seed: int = 0
    speed: float = 1.0
    start: datetime | None = None
    pacing: ScenarioPacing = ScenarioPacing()
    oauth: OAuthOptions = OAuthOptions()
    accounts: tuple[SimulatedAccount, ...] = ()
    faults: tuple[dict[str, Any], ...] = ()


def load_scenario(path: str | Path) -> Scenario:
    """The scenario in the file. Raises InvalidInput when it cannot be read or says something else."""
    try:
        return parse_scenario(Path(path).read_bytes().decode())
    except OSError as error:
        raise InvalidInput(f"Cannot read the scenario {path}: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The scenario {path} is not right: it is not UTF-8.") from error
    except InvalidInput as error:
        raise InvalidInput(f"The scenario {path} is not right: {error}") from error


def parse_scenario(text: str) -> Scenario:
    """The scenario written in TOML. Raises InvalidInput."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{error}.") from error
    return check_scenario(
        Scenario(
            seed=file.seed,
            speed=file.speed,
            start=file.start,
            pacing=file.pacing,
            oauth=file.oauth,
            accounts=file.accounts,
            faults=tuple(map(_rule, file.faults)),
        )
    )


def scenario_of(options: SimulatorOptions) -> Scenario:
    """What the options ask for: their scenario with what they say otherwise. Raises InvalidInput."""
    scenario = load_scenario(options.scenario_file) if options.scenario_file else Scenario()
    pacing = msgspec.structs.replace(scenario.pacing, **_given(options, "ttft", "tokens_per_second"))
    changes: dict[str, Any] = {"pacing": pacing, **_given(options, "seed", "speed")}
    if options.accounts_file:
        changes["accounts"] = tuple(load_accounts(options.accounts_file))
    changes["faults"] = (*scenario.faults, *map(parse_rule, options.faults))
    return check_scenario(msgspec.structs.replace(scenario, **changes))


def check_scenario(scenario: Scenario) -> Scenario:
    """The same, if its numbers can be meant. Raises InvalidInput."""
    if not 0 <= scenario.speed < float("inf"):
        raise InvalidInput("speed must be at least 0: simulated seconds per real second, 0 for time that stands still.")
    check_pacing(scenario.pacing)
    check_oauth(scenario.oauth)
    return scenario


def _given(options: SimulatorOptions, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _rule(entry: dict[str, Any]) -> FaultRule:
    parameters = dict(entry)
    text = parameters.pop("fault", None)
    if not isinstance(text, str):
        raise InvalidInput('every entry of `faults` needs a fault: fault = "529".')
    if ";" not in text:
        return make_rule(text, parameters, text)
    if parameters:
        raise InvalidInput(f"The fault {text!r} has parameters twice: write them all beside it, or all within it.")
    return parse_rule(text)
