from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.log_files.segments import role_of, segment, segments


@pytest.mark.parametrize(
    ("process", "role"), [("control", "control"), ("gateway 12", "gateway-12"), ("../a.b", "-a-b"), ("ä", "-")]
)
def test_a_role_is_fit_for_a_file_name(process: str, role: str) -> None:
    assert role_of(process) == role


def test_segments_by_role_in_order(tmp_path: Path) -> None:
    for name in ("a.000010.jsonl", "a.000009.jsonl", "b-0.1000000.jsonl", "a.jsonl", "a.1.jsonl", "note.txt"):
        (tmp_path / name).touch()
    found = segments(tmp_path)
    assert {role: [each.number for each in series] for role, series in found.items()} == {
        "a": [9, 10],
        "b-0": [1_000_000],
    }
    assert found["a"][0].path == segment(tmp_path, "a", 9).path == tmp_path / "a.000009.jsonl"


def test_no_directory_holds_no_segments(tmp_path: Path) -> None:
    assert segments(tmp_path / "missing") == {}
