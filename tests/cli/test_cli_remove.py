from __future__ import annotations

from harness.command_line import CommandLine


def test_with_yes_it_is_gone(cli: CommandLine) -> None:
    assert cli.output("remove", "work", "--yes") == "work is removed.\n"
    assert "work" in cli.error("show", "work")


def test_records_stay(cli: CommandLine) -> None:
    cli.run("remove", "work", "--yes")
    assert "cf_000000000000000000000006" in cli.output("requests")


def test_where_nobody_can_be_asked_it_is_refused(cli: CommandLine) -> None:
    assert cli.error("remove", "work") == "Nobody can be asked for confirmation here: add --yes if you mean it.\n"
    cli.run("show", "work")


def test_the_name_is_found_in_any_case(cli: CommandLine) -> None:
    assert cli.output("remove", "WORK", "-y") == "work is removed.\n"


def test_an_unknown_account(cli: CommandLine) -> None:
    assert "nobody" in cli.error("remove", "nobody", "--yes")
