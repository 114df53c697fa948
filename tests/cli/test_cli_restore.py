from __future__ import annotations

from pathlib import Path

from claudeflare.home import Home
from harness.command_line import CommandLine


def test_nobody_to_ask(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    cli.output("backup", str(file))
    assert "add --yes" in cli.error("restore", str(file))


def test_no_file_and_no_backup(cli: CommandLine, tmp_path: Path) -> None:
    assert "cannot be read" in cli.error("restore", str(tmp_path / "missing"), "--yes")
    (tmp_path / "other").write_text("x")
    assert "no backup" in cli.error("restore", str(tmp_path / "other"), "--yes")
    assert "exists already" in cli.error("backup", str(tmp_path / "other"))


def test_a_config_that_was_here(cli: CommandLine, tmp_path: Path) -> None:
    Home(cli.home).config.write_text("port = 1\n")
    cli.output("backup", str(tmp_path / "b.zip"))
    assert "was left as it is" in cli.output("restore", str(tmp_path / "b.zip"), "--yes")
