"""`claudeflare simulator` in a terminal: its first line, a line for every request, its end."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

SCENARIO = """
seed = 1
[[accounts]]
name = "work"
key = "sk-ant-api03-work"
"""


@contextmanager
def in_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[str]]]:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80"}
    code = "import sys; from claudeflare.cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "simulator", "--port", "0", *arguments], stdout=theirs, env=environ
    )
    os.close(theirs)
    with open(ours, encoding="utf-8", newline="\n") as screen:
        try:
            yield process, screen
        finally:
            process.kill()
            process.wait()


def ask(url: str) -> int:
    headers = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/models", headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def end(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGINT)
    return process.wait(timeout=20)


def test_each_request_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO)
    with in_terminal("--scenario", str(path), "--fault", "529;times=1") as (process, screen):
        url = screen.readline().split()[-1]
        assert [ask(url), ask(url)] == [529, 200]
        lines = [screen.readline().rstrip() for _ in range(2)]
        assert [re.sub(r"^\d\d:\d\d:\d\d", "TIME", line) for line in lines] == [
            "TIME  work          /v1/models  529",
            "TIME  work          /v1/models  200",
        ]
        assert end(process) == 0


def test_quiet_says_where_it_is_and_no_more() -> None:
    with in_terminal("--quiet", "--fault", "reset-before-answer;path=/v1/messages") as (process, screen):
        url = screen.readline().split()[-1]
        assert ask(url) == 200
        assert end(process) == 0
        with pytest.raises(OSError, match="Input/output error"):  # the terminal is closed: nothing is left to read
            screen.readline()


def test_a_scenario_that_is_not_right_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text("sed = 1")
    code = "import sys; from claudeflare.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "simulator", "--scenario", str(path)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr == (f"The scenario {path} is not right: Object contains unknown field `sed`.\n")
