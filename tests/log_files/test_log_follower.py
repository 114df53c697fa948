from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.log_files.follower import LogFollower, end_of, parse_position, position_text
from claudeflare.log_files.history import Wanted, latest
from harness.log_lines import write

ALL = Wanted()


def said(follower: LogFollower) -> list[str]:
    return [entry.message for entry, _ in follower.read()]


def test_each_new_line_once_in_order_of_time(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, (1.0, "before"))
    follower = LogFollower(tmp_path, end_of(tmp_path), ALL)
    assert said(follower) == []
    write(tmp_path, "control", 1, (3.0, "c3"), (5.0, "c5"))
    write(tmp_path, "gateway-0", 1, (2.0, "g2"), (4.0, "g4"))
    assert said(follower) == ["g2", "c3", "g4", "c5"]
    assert said(follower) == []


def test_from_a_history_nothing_is_missed_or_told_twice(tmp_path: Path) -> None:
    path = write(tmp_path, "control", 1, (1.0, "one"))
    whole = write(tmp_path, "other", 1, (2.0, "two")).read_bytes()
    with path.open("ab") as file:
        file.write(whole[:20])
    entries, position = latest(tmp_path, 10, ALL)
    assert [entry.message for entry in entries] == ["one", "two"]
    follower = LogFollower(tmp_path, position, ALL)
    assert said(follower) == []
    with path.open("ab") as file:
        file.write(whole[20:])
    assert said(follower) == ["two"]


def test_it_goes_on_in_the_next_segment(tmp_path: Path) -> None:
    follower = LogFollower(tmp_path, {}, ALL)
    write(tmp_path, "control", 1, (1.0, "a"))
    assert said(follower) == ["a"]
    write(tmp_path, "control", 1, (2.0, "b"))
    write(tmp_path, "control", 2, (3.0, "c"))
    write(tmp_path, "control", 3, (4.0, "d"))
    assert said(follower) == ["b", "c", "d"]
    (tmp_path / "control.000001.jsonl").unlink()
    (tmp_path / "control.000002.jsonl").unlink()
    write(tmp_path, "control", 4, (5.0, "e"))
    assert said(follower) == ["e"]


def test_a_directory_that_was_emptied_begins_anew(tmp_path: Path) -> None:
    path = write(tmp_path, "control", 3, (1.0, "a"), (2.0, "b"))
    follower = LogFollower(tmp_path, end_of(tmp_path), ALL)
    path.unlink()
    assert said(follower) == []
    write(tmp_path, "control", 1, (3.0, "c"))
    assert said(follower) == ["c"]
    (tmp_path / "control.000001.jsonl").write_bytes(b"")
    write(tmp_path, "control", 1, (4.0, ""))
    assert said(follower) == [""]


def test_every_line_has_a_position_to_resume_from(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, (1.0, "a"), (3.0, "c"))
    write(tmp_path, "gateway-0", 2, (2.0, "b"), (4.0, "d"))
    lines = LogFollower(tmp_path, {}, ALL).read()
    for index, (_, position) in enumerate(lines):
        resumed = LogFollower(tmp_path, parse_position(position_text(position)), ALL)
        assert said(resumed) == ["a", "b", "c", "d"][index + 1 :]


def test_lines_that_are_not_wanted_are_passed(tmp_path: Path) -> None:
    follower = LogFollower(tmp_path, {}, Wanted("warn"))
    write(tmp_path, "control", 1, (1.0, "news"))
    write(tmp_path, "control", 1, (2.0, "trouble"), level="error")
    assert said(follower) == ["trouble"]
    assert follower.position == end_of(tmp_path)


def test_a_long_absence_is_made_up_for_in_steps(tmp_path: Path) -> None:
    write(tmp_path, "control", 1, *((float(n), str(n)) for n in range(10)))
    write(tmp_path, "control", 2, *((float(n), str(n)) for n in range(10, 20)))
    follower = LogFollower(tmp_path, {}, ALL, read_bytes=300)
    seen: list[str] = []
    steps = 0
    while new := said(follower):
        seen += new
        steps += 1
    assert seen == [str(n) for n in range(20)]
    assert steps > 5


@pytest.mark.parametrize("text", ["x", "control.1", "control.1.2.3", "control.a.2", "control.-1.2", f"c.1.{10**20}"])
def test_a_foreign_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="Last-Event-ID"):
        parse_position(text)


def test_positions_as_text() -> None:
    assert position_text({"gateway-0": (3, 10), "control": (1, 532)}) == "control.1.532,gateway-0.3.10"
    assert parse_position("") == {}
