from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_tier(cli: CommandLine) -> None:
    assert cli.output("tier", "work", "20") == "work is of tier 20 now.\n"
    assert json.loads(cli.run("show", "work", "--json").stdout)["tier"] == 20


def test_tiers_there_are_not(cli: CommandLine) -> None:
    assert "'7' is not one of '1', '5', '20'" in cli.error("tier", "work", "7", exit_code=2)
