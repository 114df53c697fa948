from __future__ import annotations

from harness.command_line import CommandLine


def test_a_limit_is_forgotten(cli: CommandLine) -> None:
    assert cli.output("clear-limit", "spare") == "Limits of spare are cleared; it is ok now.\n"


def test_a_pause_is_no_limit(cli: CommandLine) -> None:
    assert cli.output("clear-limit", "old") == "Limits of old are cleared; it is paused now.\n"
