from __future__ import annotations

import json
from pathlib import Path

import pytest

from claudeflare.diagnosis.claude_code import ClaudeCodeSettings, claude_code_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / ".claude").mkdir()
    return tmp_path / ".claude" / "settings.json"


def test_none(tmp_path: Path) -> None:
    found = claude_code_settings({"HOME": str(tmp_path)})
    assert found == ClaudeCodeSettings(tmp_path / ".claude" / "settings.json")


def test_its_env(file: Path, tmp_path: Path) -> None:
    file.write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": "http://x", "N": 5, "NULL": None}, "model": "opus"}))
    assert claude_code_settings({"HOME": str(tmp_path)}).env == {"ANTHROPIC_BASE_URL": "http://x", "N": "5"}
    assert claude_code_settings({"CLAUDE_CONFIG_DIR": str(file.parent)}).env["N"] == "5"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"env": {\n"A": 1,}}', "not JSON (line 2: "),
        (b"\xff\xfe\x00", "not JSON (not even text)"),
        (b"[" * 200_000, "not JSON (not even text)"),
        (b"", "not JSON (line 1: "),
    ],
)
def test_broken(file: Path, tmp_path: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    found = claude_code_settings({"HOME": str(tmp_path)})
    assert found.env == {}
    assert found.finding is not None
    assert words in found.finding.summary
    assert found.finding.state == "warning"


@pytest.mark.parametrize("content", ["[]", "null", '{"env": []}', "{}"])
def test_other_shapes(file: Path, tmp_path: Path, content: str) -> None:
    file.write_text(content)
    assert claude_code_settings({"HOME": str(tmp_path)}) == ClaudeCodeSettings(file)


def test_unreadable(file: Path, tmp_path: Path) -> None:
    file.mkdir()
    found = claude_code_settings({"HOME": str(tmp_path)})
    assert found.finding is not None
    assert "cannot be read (Is a directory)" in found.finding.summary
