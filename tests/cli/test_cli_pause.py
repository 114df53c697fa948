from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_pause(cli: CommandLine) -> None:
    assert cli.output("pause", "work") == "work is paused.\n"
    assert json.loads(cli.run("show", "work", "--json").stdout)["paused"] is True


def test_an_unknown_account(cli: CommandLine) -> None:
    assert "nobody" in cli.error("pause", "nobody")
