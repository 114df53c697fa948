from __future__ import annotations

import importlib

import pytest
from typer.main import get_command

from claudeflare.cli.command_table import COMMANDS
from claudeflare.cli.lazy_commands import Command, LazyCommands
from claudeflare.cli.main import app
from harness.command_line import CommandLine


def test_a_command_is_built_when_it_is_asked_for_and_once() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert repr(commands) == f"<LazyCommands 0 of {len(COMMANDS)} built>"
    assert commands["version"] is commands["version"]
    assert "lst" not in commands
    assert repr(commands) == f"<LazyCommands 1 of {len(COMMANDS)} built>"


def test_the_table_names_what_there_is_each_once() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        built = command.build()
        assert (built.name, built.rich_help_panel) == (command.name, command.panel)
        assert command.summary().endswith(".")


@pytest.mark.parametrize(("place", "error"), [("nowhere:it", ModuleNotFoundError), ("version:nothing", AttributeError)])
def test_a_line_that_leads_nowhere(place: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Command("it", place, "Server").build()


def test_it_can_be_changed_like_any_mapping() -> None:
    commands = LazyCommands(COMMANDS[:2], {})
    commands["more"] = "built elsewhere"
    assert list(commands) == [COMMANDS[0].name, COMMANDS[1].name, "more"]
    del commands["more"]
    assert len(commands) == 2


def test_every_module_of_the_table_is_imported_alone() -> None:
    for command in COMMANDS:
        importlib.import_module(f"claudeflare.cli.{command.place.partition(':')[0]}")


def test_help_is_grouped(empty: CommandLine) -> None:
    shown = empty.output("--help")
    headings = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["Options:", *dict.fromkeys(f"{command.panel}:" for command in COMMANDS)]
    # Options of the parts themselves, and each command with its first sentence.
    assert "\n  version    " in shown or "\n  version     " in shown
