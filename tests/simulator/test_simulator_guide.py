"""docs/simulator.md says what is there: faults, fields, routes, options; its examples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.main import get_command

from claudeflare.cli.main import app
from claudeflare.simulator.accounts import SimulatedAccount, WindowBudgets
from claudeflare.simulator.controls.routes import CONTROLS
from claudeflare.simulator.fault_rules import SCOPE, parse_rule
from claudeflare.simulator.faults import NAMES
from claudeflare.simulator.oauth.options import OAuthOptions
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.scenario import Scenario, parse_scenario
from claudeflare.simulator.script import AnswerScript
from claudeflare.simulator.world import world_of

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def fault_column() -> list[str]:
    table = GUIDE.partition("| Fault |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [text for row in rows for text in re.findall(r"`([^`]+)`", row)]


def test_every_fault_is_explained_and_every_example_is_one() -> None:
    assert {parse_rule(text).fault.name for text in fault_column()} == set(NAMES)
    for text in re.findall(r"--fault '([^']+)'", GUIDE):
        parse_rule(text)


@pytest.mark.parametrize("word", SCOPE)
def test_every_parameter_of_a_rule_is_named(word: str) -> None:
    assert f"`{word}`" in GUIDE


def test_every_route_is_listed() -> None:
    listed = re.findall(r"^\| `([A-Z]+) (/simulator\S*)` \|", GUIDE, re.MULTILINE)
    here = {(method, path.replace(":int", "")) for method, path, _ in CONTROLS}
    assert set(listed) == {*here, ("GET", "/simulator")}


def test_every_option_is_named() -> None:
    command = get_command(app).commands["simulator"]  # type: ignore[attr-defined]
    for parameter in command.params:
        for option in parameter.opts:
            assert option == "--help" or f"`{option}" in GUIDE


def test_the_scenario_shows_every_field_and_is_one() -> None:
    (text,) = blocks("toml")
    scenario = parse_scenario(text)
    world = world_of(scenario)
    assert world.accounts.named("max") is not None
    for struct in (SimulatedAccount, WindowBudgets, Pacing, OAuthOptions, Scenario):
        for field in msgspec.structs.fields(struct):
            assert re.search(rf"\b{field.encode_name}\b", text), field.encode_name
    for field in msgspec.structs.fields(AnswerScript):
        assert f"`{field.encode_name}`" in GUIDE


def test_the_recipe_runs(tmp_path: Path) -> None:
    (recipe,) = (block for block in blocks("python") if "def simulator()" in block)
    # The same client under the name it has here.
    (tmp_path / "test_recipe.py").write_text(recipe.replace("import httpx\n", "import httpx2 as httpx\n"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    finished = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, cwd=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
