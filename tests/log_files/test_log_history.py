from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.log_files.history import RANKS, LogEntry, Wanted, latest, parse, timestamp
from claudeflare.logs import LEVELS
from harness.log_lines import write


def said(entries: list[LogEntry]) -> list[str]:
    return [entry.message for entry in entries]


def test_lines_of_all_roles_and_segments_in_order_of_time(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, (1.0, "c1"), (4.0, "c4"))
    write(tmp_path, "control", 2, (6.0, "c6"))
    write(tmp_path, "gateway-0", 7, (2.0, "g2"), (5.0, "g5"))
    entries, position = latest(tmp_path, 100, Wanted())
    assert said(entries) == ["c1", "g2", "c4", "g5", "c6"]
    assert position == {
        "control": (2, (tmp_path / "control.000002.jsonl").stat().st_size),
        "gateway-0": (7, (tmp_path / "gateway-0.000007.jsonl").stat().st_size),
    }


@pytest.mark.parametrize(("limit", "expected"), [(1, ["c6"]), (3, ["c4", "g5", "c6"])])
def test_the_limit_keeps_the_latest(tmp_path: Path, limit: int, expected: list[str]) -> None:
    write(tmp_path, "control", 1, (1.0, "c1"), (4.0, "c4"))
    write(tmp_path, "control", 2, (6.0, "c6"))
    write(tmp_path, "gateway-0", 1, (2.0, "g2"), (5.0, "g5"))
    assert said(latest(tmp_path, limit, Wanted())[0]) == expected


def test_a_level_leaves_out_what_is_less_severe(tmp_path: Path) -> None:
    for number, level in enumerate(("debug", "info", "warn", "error", "strange")):
        write(tmp_path, "control", 1, (float(number), level), level=level)
    found = {level: said(latest(tmp_path, 100, Wanted(level))[0]) for level in RANKS}
    assert found["debug"] == ["debug", "info", "warn", "error", "strange"]
    assert found["warn"] == ["warn", "error", "strange"]
    assert found["error"] == ["error", "strange"]
    assert set(RANKS) == set(LEVELS)


def test_since_reads_no_further_back_than_it_has_to(tmp_path: Path) -> None:
    (tmp_path / "control.000001.jsonl").write_bytes(b"")
    write(tmp_path, "control", 2, (1.0, "old"), (2.0, "new"))
    write(tmp_path, "control", 3, (3.0, "newer"))
    assert said(latest(tmp_path, 100, Wanted(since=2.0))[0]) == ["new", "newer"]
    assert said(latest(tmp_path, 100, Wanted(since=3.5))[0]) == []


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, (1.0, "good"))
    path = tmp_path / "control.000001.jsonl"
    whole = path.read_bytes()
    path.write_bytes(b"\xff\n{}\n[1]\n" + whole + b'{"time": "half')
    entries, position = latest(tmp_path, 100, Wanted())
    assert said(entries) == ["good"]
    assert position == {"control": (1, path.stat().st_size - len(b'{"time": "half'))}


def test_a_clock_that_is_set_back_does_not_disturb_one_moment(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, (1.0, "a"), (1.0, "b"), (1.0, "c"))
    assert said(latest(tmp_path, 2, Wanted())[0]) == ["b", "c"]


def test_nothing_was_ever_logged(tmp_path: Path) -> None:
    assert latest(tmp_path / "missing", 10, Wanted()) == ([], {})


def test_a_line_and_its_time() -> None:
    assert timestamp(1_795_369_200.1234) == "2026-11-22T17:40:00.123Z"
    line = b'{"time":"t","level":"info","process":"p","logger":"l","message":"m","traceback":"x","more":1}'
    assert parse(line) == LogEntry("t", "info", "p", "l", "m", "x")
