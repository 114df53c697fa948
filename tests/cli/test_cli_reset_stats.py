from __future__ import annotations

from harness.command_line import CommandLine


def test_statistics_begin_again_and_records_stay(cli: CommandLine) -> None:
    assert cli.output("reset-stats", "--yes") == "Statistics count from now.\n"
    assert cli.output("stats").splitlines()[1] == "Requests      0"
    assert "cf_000000000000000000000006" in cli.output("requests")


def test_where_nobody_can_be_asked_it_is_refused(cli: CommandLine) -> None:
    assert "add --yes" in cli.error("reset-stats")
