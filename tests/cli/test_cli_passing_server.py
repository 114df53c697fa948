"""`claudeflare run --start`: a server that is there for one command, and gone after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from test_cli_run import run

from claudeflare.home import Home
from harness.command_line import CLAUDEFLARE, CommandLine, environment

ASK = """
import json, os, urllib.request
with urllib.request.urlopen(os.environ["ANTHROPIC_BASE_URL"] + "/health") as answer:
    print(json.dumps({"health": json.load(answer), "key": os.environ.get("ANTHROPIC_API_KEY")}))
raise SystemExit(9)
"""


def left_over(home: Path) -> list[int]:
    """Processes that still work on this data directory."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("CLAUDEFLARE_HOME") == str(home):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_a_server_runs_for_the_commands_life(tmp_path: Path) -> None:
    CommandLine(tmp_path).run("add", "work", input="sk-ant-api03-work")
    done = run(tmp_path, "--start", "--", sys.executable, "-c", ASK)
    assert done.returncode == 9, done.stderr
    answer = json.loads(done.stdout)
    assert answer["health"]["ready"] is True
    assert answer["key"] == "claudeflare"
    assert done.stderr == ""
    assert left_over(tmp_path) == []
    assert not Home(tmp_path).server.exists()
    assert any(Home(tmp_path).logs.iterdir()), "its log can be read afterwards"


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    done = run(tmp_path, "--start", "--", sys.executable, "-c", "print('ran')", HOST="0.0.0.0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The server did not start:" in done.stderr
    assert "can be reached by other machines" in done.stderr
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1)])
def test_a_signal_is_passed_on_and_the_server_drained(tmp_path: Path, number: signal.Signals, status: int) -> None:
    program = "import time; print('here', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [*CLAUDEFLARE, "run", "--start", "--", sys.executable, "-c", program],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(number)
        assert process.wait() == status
    assert left_over(tmp_path) == []


def test_ctrl_c_is_the_clients_to_answer(tmp_path: Path) -> None:
    """As a terminal sends it: to every process of the foreground's group, which the server is not in."""
    program = """
import signal, time
def answer(*_):
    print("caught", flush=True)
    raise SystemExit(5)
signal.signal(signal.SIGINT, answer)
print("here", flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [*CLAUDEFLARE, "run", "--start", "--", sys.executable, "-c", program],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "caught\n"
        assert process.wait() == 5
    assert left_over(tmp_path) == []
