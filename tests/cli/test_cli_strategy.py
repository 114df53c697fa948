from __future__ import annotations

import json

import pytest

from claudeflare.settings import STRATEGIES
from harness.command_line import CommandLine


def test_show(cli: CommandLine) -> None:
    assert cli.output("strategy") == "session\n"
    assert json.loads(cli.run("strategy", "--json").stdout) == {"strategy": "session"}


@pytest.mark.parametrize("name", STRATEGIES)
def test_set(cli: CommandLine, name: str) -> None:
    assert cli.output("strategy", name) == f"Accounts are picked by {name} now.\n"
    assert cli.output("strategy") == f"{name}\n"


def test_one_that_does_not_exist(cli: CommandLine) -> None:
    assert ", ".join(STRATEGIES) in cli.error("strategy", "luck")


@pytest.mark.parametrize("command", ["strategy", "serve"])
def test_help_names_them_all(cli: CommandLine, command: str) -> None:
    # Lines may break behind a name's hyphen.
    help_text = " ".join(cli.output(command, "--help").split()).replace("- ", "-")
    assert all(name in help_text for name in STRATEGIES)
