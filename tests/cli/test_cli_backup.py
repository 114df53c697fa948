from __future__ import annotations

import json
from pathlib import Path

from claudeflare.cli.row_progress import row_progress
from claudeflare.home import Home
from harness.command_line import CommandLine


def test_there_and_back(cli: CommandLine, empty: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    said = cli.output("backup", str(file), columns=400)
    assert said.startswith(f"{file}: 4 accounts, 6 requests without their bodies.\nNot in it: the key")
    Home(empty.home).directory.mkdir()
    key = Home(cli.home).secret_key
    restored = empty.output("restore", str(file), columns=400)
    (key_id,) = [each["id"] for each in json.loads(cli.output("secrets", "show", "--json"))["keys"]]
    assert restored.startswith(f"Restored: 4 accounts, 6 requests.\nMissing: the key {key_id}")
    assert not Home(empty.home).secret_key.exists()
    Home(empty.home).secret_key.write_bytes(key.read_bytes())
    Home(empty.home).secret_key.chmod(0o600)
    assert empty.output("list", "--json") == cli.output("list", "--json")
    said = empty.output("restore", str(file), "--yes", columns=400)
    assert "is kept in" in said
    assert said.endswith("The key here opens its secrets.\n")


def test_what_is_in_it(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    Home(cli.home).config.write_text("token = 'a-token-of-mine'\n")
    answer = json.loads(cli.output("backup", str(file), "--payloads", "--json"))
    assert answer["payloads"] is True
    assert answer["tables"]["accounts"] == 4
    assert answer["bytes"] == file.stat().st_size
    assert answer["settingsLeftOut"] == ["token"]
    assert "token of config.toml" in cli.output("backup", str(file), "--replace", columns=400)


def test_another_server_is_not_this_directory(cli: CommandLine, tmp_path: Path) -> None:
    cli.environ["CLAUDEFLARE_URL"] = "http://other.example"
    assert "leave out --url" in cli.error("backup", str(tmp_path / "b.zip"))


def test_without_a_terminal_nothing_moves() -> None:
    with row_progress("Testing") as progress:
        progress("rows", 1)
