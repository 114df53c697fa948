from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.command_line import CommandLine

ACCOUNTS = """
[[accounts]]
name = "planned"
organization = "acme"
tier = 5
limits = { requests = 1000, input-tokens = 2000000, output-tokens = 400000 }
model-limits = { opus = { requests = 1000, input-tokens = 500000, output-tokens = 100000 } }
"""


def test_a_table_and_what_was_assumed(cli: CommandLine) -> None:
    printed = cli.output("simulate", "--strategy", "round-robin").splitlines()
    assert printed[0] == "6 requests since 2026-11-15T17:40:00.000Z"
    assert printed[2].split() == ["Clients'", "API's", "Wait", "Cache"]
    assert printed[3].split()[:3] == ["Strategy", "429", "429"]
    assert printed[4].startswith("→ session ")  # in force
    assert printed[5].startswith("  round-robin ")
    assert max(map(len, printed)) <= 80
    assert "Assumed" in printed


def test_every_strategy_as_the_route_answers_it(cli: CommandLine) -> None:
    answer = json.loads(cli.output("simulate", "--compare", "all", "--json"))
    assert [each["strategy"] for each in answer["strategies"]] == [
        "session",
        "round-robin",
        "least-requests",
        "weighted",
        "headroom",
    ]


def test_accounts_from_a_file(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "planned.toml"
    file.write_text(ACCOUNTS)
    options = ("simulate", "--strategy", "session", "--accounts", str(file), "--queue-max-wait", "0", "--json")
    answer = json.loads(cli.output(*options))
    assert [each["name"] for each in answer["strategies"][0]["accounts"]] == ["planned"]
    assert answer["assumed"][0] == "The accounts and their limits are those that were named."


@pytest.mark.parametrize("content", ["[[accounts]", 'accounts = "work"', "speed = 3\naccounts = []"])
def test_a_file_that_says_something_else(cli: CommandLine, tmp_path: Path, content: str) -> None:
    file = tmp_path / "planned.toml"
    file.write_text(content)
    assert "is not right" in cli.error("simulate", "--strategy", "session", "--accounts", str(file))


def test_a_file_that_is_not_there(cli: CommandLine) -> None:
    said = cli.error("simulate", "--strategy", "session", "--accounts", "/nowhere/planned.toml")
    assert said == "Cannot read the accounts file /nowhere/planned.toml: No such file or directory. Check the path.\n"


def test_one_has_to_say_what_to_try(cli: CommandLine) -> None:
    said = "Say which strategy to try: `--strategy NAME`, or `--compare all`.\n"
    assert cli.error("simulate") == said
    assert cli.error("simulate", "--strategy", "session", "--compare", "all") == said


def test_what_the_server_refuses(cli: CommandLine) -> None:
    assert cli.error("simulate", "--strategy", "best").startswith("There is no strategy 'best'")
