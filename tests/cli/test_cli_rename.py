from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_rename(cli: CommandLine) -> None:
    assert cli.output("rename", "work", "office") == "work is called office now.\n"
    assert json.loads(cli.run("show", "office", "--json").stdout)["id"] == "account-1"


def test_a_name_that_is_taken(cli: CommandLine) -> None:
    assert "spare" in cli.error("rename", "work", "spare")
