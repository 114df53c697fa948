from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_records_go_and_accounts_stay(cli: CommandLine) -> None:
    assert cli.output("clear-history", "--yes") == "6 records deleted.\n"
    assert json.loads(cli.run("requests", "--json").stdout) == []
    assert cli.output("stats").splitlines()[1] == "Requests      0"
    assert len(json.loads(cli.run("list", "--json").stdout)) == 4
    assert cli.output("clear-history", "--yes") == "0 records deleted.\n"


def test_where_nobody_can_be_asked_it_is_refused(cli: CommandLine) -> None:
    assert "add --yes" in cli.error("clear-history")
    assert len(json.loads(cli.run("requests", "--json").stdout)) == 6
