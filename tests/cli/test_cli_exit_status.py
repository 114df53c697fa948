"""The table of exit statuses in docs/cli.md, status by status, in processes of their own."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from harness.command_line import CLAUDEFLARE, CommandLine, environment
from harness.data_directory import NOW, seed
from harness.log_lines import write

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def status_of(home: Path, *arguments: str, stdin: str = "") -> int:
    command = [*CLAUDEFLARE, *arguments]
    return subprocess.run(command, env=environment(home), input=stdin, text=True, capture_output=True).returncode


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("version",), 0),
        (("statusline",), 0),
        (("list",), 0),
        (("show", "nobody"), 1),
        (("requests", "--follow"), 1),
        (("remove", "work"), 1),
        (("lst",), 2),
        (("list", "--jsno"), 2),
        (("list", "too", "much"), 2),
        (("requests", "--limit", "many"), 2),
        (("show",), 2),
        (("keys",), 2),
        (("run", "--", "no-such-program"), 127),
        (("run", "--", "/etc/passwd"), 126),
    ],
)
def test_what_a_command_ends_with(cli: CommandLine, arguments: tuple[str, ...], status: int) -> None:
    assert status_of(cli.home, *arguments) == status


@pytest.mark.parametrize(
    ("arguments", "begun", "status"),
    [
        (("logs", "--follow"), "hello", 130),
        (("serve", "--port", "0"), "listening on", 0),
        (("simulator", "--port", "0"), "listening on", 0),
    ],
)
def test_ctrl_c(tmp_path: Path, arguments: tuple[str, ...], begun: str, status: int) -> None:
    home = seed(tmp_path)
    write(home.logs, "control", 1, (NOW, "hello"))
    process = subprocess.Popen(
        [*CLAUDEFLARE, *arguments],
        env=environment(home.directory, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        assert process.stdout is not None
        while begun not in (line := process.stdout.readline()):
            assert line, "it ended"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == status


def test_a_reader_that_leaves_is_no_failure_worth_a_traceback(cli: CommandLine) -> None:
    with subprocess.Popen(
        [*CLAUDEFLARE, "requests", "--json"], env=environment(cli.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 1


def test_the_documents_name_every_status() -> None:
    table = DOCS.read_text().partition("## Exit status\n")[2].partition("\n<!--")[0]
    assert [row.split("|")[1].strip() for row in re.findall(r"^\| \d.*", table, re.MULTILINE)] == [
        "0", "1", "2", "126, 127", "130",
    ]  # fmt: skip
