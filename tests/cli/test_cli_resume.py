from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_resume(cli: CommandLine) -> None:
    assert cli.output("resume", "old") == "old is used again.\n"
    assert json.loads(cli.run("show", "old", "--json").stdout)["paused"] is False


def test_an_unknown_account(cli: CommandLine) -> None:
    assert "nobody" in cli.error("resume", "nobody")
