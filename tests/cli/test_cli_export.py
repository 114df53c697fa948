from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from claudeflare.cli.export_file import export_file
from claudeflare.cli.export_rows import Table
from claudeflare.errors import InvalidInput
from harness.captured import capture
from harness.command_line import CommandLine
from harness.data_directory import add_requests, priced, request

IDS = [f"cf_{number:024x}" for number in (6, 5, 4, 3, 2, 1)]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_record_a_line(cli: CommandLine) -> None:
    exported = rows(cli.output("export"))
    assert [row["id"] for row in exported] == IDS
    assert exported == json.loads(cli.output("requests", "--json"))


def test_as_a_table(cli: CommandLine) -> None:
    (first, *_), records = (
        [*csv.reader(io.StringIO(cli.output("export", "--format", "csv")))],
        json.loads(cli.output("requests", "--json")),
    )
    assert first == list(records[0])
    table = list(csv.DictReader(io.StringIO(cli.output("export", "--format", "csv"))))
    assert [row["id"] for row in table] == IDS
    assert [row["costUsd"] for row in table] == ["3e-05", "0.0042", "", "0.0", "3.41", "0.0421"]
    assert {row["success"] for row in table} == {"true", "false"}


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--since", "1h"], [6, 5, 4, 3]),
        (["--since", "24h", "--until", "1h"], [2]),
        (["--account", "work", "--status", "success"], [6, 2, 1]),
        (["--model", "claude-haiku-4-5"], [5]),
        (["--status", "truncated"], [4]),
        (["--model", "none"], []),
    ],
)
def test_some_of_them(cli: CommandLine, options: list[str], numbers: list[int]) -> None:
    assert [row["id"] for row in rows(cli.output("export", *options))] == [f"cf_{number:024x}" for number in numbers]
    assert not numbers or len(cli.output("export", "--format", "csv", *options).splitlines()) == len(numbers) + 1


def test_with_bodies(cli: CommandLine) -> None:
    capture(cli.home, IDS[0], b'{"a":\n1}', b"answer")
    first, second, *_ = rows(cli.output("export", "--bodies"))
    assert first["payload"]["response"]["body"] == "answer"
    assert second["payload"] is None
    first, second, *_ = csv.DictReader(io.StringIO(cli.run("export", "--bodies", "--format", "csv").stdout))
    assert (first["requestBody"], first["responseBody"]) == ('{"a":\n1}', "answer")
    assert (second["requestBody"], second["responseBody"]) == ("", "")


def test_more_than_a_page(cli: CommandLine) -> None:
    from claudeflare.home import Home

    add_requests(Home(cli.home), *(priced(request(100 + n, 1000 + n)) for n in range(450)))
    assert len(cli.output("export").splitlines()) == 456


def test_into_a_file(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    result = cli.run("export", "--output", str(file))
    assert (result.stdout, result.stderr) == ("", f"6 requests written to {file}.\n")
    assert [row["id"] for row in rows(file.read_text())] == IDS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("*out*")] == ["out.jsonl"]


def test_a_file_that_cannot_be_written(cli: CommandLine, tmp_path: Path) -> None:
    assert "cannot be written (No such file or directory)" in cli.error("export", "--output", f"{tmp_path}/no/file")
    (tmp_path / "directory").mkdir()
    assert "cannot be written (Is a directory)" in cli.error("export", "--output", f"{tmp_path}/directory")


def test_a_file_stays_as_it_was_when_the_export_fails(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")

    def fail() -> None:
        with export_file(path) as file:
            file.write("half")
            raise InvalidInput("no")

    with pytest.raises(InvalidInput, match="no"):
        fail()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_filter_that_cannot_be(cli: CommandLine) -> None:
    assert "not a time" in cli.error("export", "--since", "soon")


def test_a_spreadsheet_runs_no_formula() -> None:
    file = io.StringIO()
    table = Table(file, bodies=False)
    table.write({"id": "=1+1", "model": "@x", "costUsd": -1.5, "path": "/v1", "success": True}, None)  # type: ignore[typeddict-item]
    assert file.getvalue() == "id,model,costUsd,path,success\r\n'=1+1,'@x,-1.5,/v1,true\r\n"


def test_a_terminal_sees_how_far_it_is(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = cli.run("export", "--output", str(tmp_path / "out"))
    assert "Exporting" in result.stderr
    assert "6 requests" in result.stderr
    assert result.stdout == ""
