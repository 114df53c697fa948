from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_show(cli: CommandLine) -> None:
    assert cli.output("strategy") == "session\n"
    assert json.loads(cli.run("strategy", "--json").stdout) == {"strategy": "session"}


def test_set(cli: CommandLine) -> None:
    assert cli.output("strategy", "session") == "Accounts are picked by session now.\n"


def test_one_that_does_not_exist(cli: CommandLine) -> None:
    assert "session" in cli.error("strategy", "luck")
