"""The status line's place in Claude Code's settings."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.command_line import CommandLine


@pytest.fixture
def settings_file(cli: CommandLine, tmp_path: Path) -> Path:
    """Claude Code's, in a home of its own; `claudeflare` is on the PATH."""
    program = tmp_path / "bin" / "claudeflare"
    program.parent.mkdir()
    program.touch(mode=0o755)
    cli.environ |= {"HOME": str(tmp_path), "PATH": str(program.parent)}
    return tmp_path / ".claude" / "settings.json"


def command(cli: CommandLine) -> str:
    return f"CLAUDEFLARE_HOME={cli.home} claudeflare statusline"


def test_a_new_file(cli: CommandLine, settings_file: Path) -> None:
    assert cli.output("statusline", "--install", "--yes").endswith("shows the line from its next start on.\n")
    assert json.loads(settings_file.read_text()) == {"statusLine": {"type": "command", "command": command(cli)}}
    assert stat.S_IMODE(settings_file.stat().st_mode) == 0o600
    assert cli.output("statusline", "--install", columns=400) == f"{settings_file} has it already.\n"


def test_what_is_there_stays(cli: CommandLine, settings_file: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"model": "opus", "statusLine": {"command": "old", "padding": 0}, "env": {"Ä": "1"}}
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    real.chmod(0o644)
    settings_file.parent.mkdir()
    settings_file.symlink_to(real)
    shown = cli.run("statusline", "--install", "--yes", columns=200).stdout
    assert '-    "command": "old",\n' in shown
    assert f'+    "command": "{command(cli)}",\n' in shown
    assert '"Ä"' in real.read_text()
    expected = settings | {"statusLine": {"command": command(cli), "padding": 0, "type": "command"}}
    assert json.loads(real.read_text()) == expected
    assert list(json.loads(real.read_text())) == list(settings)
    assert settings_file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
    assert [each.name for each in real.parent.iterdir()] == ["claude.json"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"model": "opus",}', "not good JSON"),
        (b'{"env": {}, "env": {"A": "1"}}', "'env' is there twice"),
        (b"[]", "no JSON object"),
        (b"\xff", "cannot be read"),
    ],
)
def test_broken_settings_are_left_alone(cli: CommandLine, settings_file: Path, content: bytes, words: str) -> None:
    settings_file.parent.mkdir()
    settings_file.write_bytes(content)
    assert words in " ".join(cli.error("statusline", "--install", "--yes").split())
    assert settings_file.read_bytes() == content


def test_nobody_is_asked_without_a_terminal(cli: CommandLine, settings_file: Path) -> None:
    result = cli.run("statusline", "--install", exit_code=1)
    assert "add --yes" in result.stderr
    assert '+  "statusLine": {' in result.stdout
    assert not settings_file.exists()


def test_another_directory_and_a_command_that_is_not_on_the_path(cli: CommandLine, tmp_path: Path) -> None:
    cli.environ |= {"CLAUDE_CONFIG_DIR": str(tmp_path / "config"), "PATH": "", "CLAUDEFLARE_TOKEN": "secret"}
    cli.run("statusline", "--install", "--yes")
    written = (tmp_path / "config" / "settings.json").read_text()
    assert "secret" not in written
    made = json.loads(written)["statusLine"]["command"]
    shown = subprocess.run(
        made, shell=True, capture_output=True, text=True, check=True, env={**os.environ, "HOME": "/"}
    )
    assert (shown.stdout, shown.stderr) == ("claudeflare: not running\n", "")
