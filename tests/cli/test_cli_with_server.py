"""The command line beside a real server: all its processes, a simulated API upstream, real terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare import __version__
from harness.command_line import CommandLine
from harness.served_directory import CLAUDEFLARE, Running, ask, environment, served

CTRL_C = "\x03\n"
"""The second key is for a reader that was told of the signal just before it began to wait for keys."""


def heed_ctrl_c() -> None:
    """A shell that runs these tests in the background makes them, and their children, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "home"


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Running]:
    with served(home) as server:
        yield server


@pytest.fixture
def beside(server: Running, home: Path) -> CommandLine:
    return CommandLine(home)


def test_status_asks_the_server(beside: CommandLine, server: Running) -> None:
    state = json.loads(beside.run("status", "--json").stdout)
    assert state["server"] == server.url
    assert state["health"]["ready"] is True
    assert f"Server     {server.url}, ready\n" in beside.output("status")


def test_the_server_can_be_named(server: Running, home: Path, empty: CommandLine) -> None:
    empty.environ["CLAUDEFLARE_TOKEN"] = (home / "control-token").read_text().strip()
    accounts = json.loads(empty.run("--url", server.url, "list", "--json").stdout)
    assert [account["name"] for account in accounts] == ["work"]


def test_a_change_reaches_the_server_at_once(beside: CommandLine) -> None:
    beside.run("pause", "work")
    assert json.loads(beside.run("show", "work", "--json").stdout)["rateLimitStatus"] == "paused"
    beside.run("resume", "work")


def test_follow_prints_each_request_once_until_ctrl_c(server: Running, home: Path) -> None:
    command = [*CLAUDEFLARE, "requests", "--follow", "--json", "--limit", "100"]
    asked = [ask(server) for _ in range(3)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(home), preexec_fn=heed_ctrl_c
    ) as following:
        try:
            assert following.stdout is not None
            seen = [json.loads(following.stdout.readline())["id"] for _ in range(3)]
            asked.append(ask(server))
            seen.append(json.loads(following.stdout.readline())["id"])
        finally:
            following.send_signal(signal.SIGINT)
        rest, _ = following.communicate(timeout=10)
    assert (seen, rest) == (asked, "")
    assert following.returncode == 130


def test_a_second_server_is_refused(home: Path, server: Running) -> None:
    second = subprocess.run(
        [*CLAUDEFLARE, "serve", "--port", "0"], env=environment(home), capture_output=True, text=True, check=False
    )
    assert (second.returncode, second.stdout) == (1, "")
    assert server.url in second.stderr


@pytest.mark.parametrize("options", [("--port", "70000"), ("--strategy", "luck"), ("--workers", "0")])
def test_serve_names_the_option_that_is_wrong(empty: CommandLine, options: tuple[str, str]) -> None:
    assert options[1] in empty.error("serve", *options)


def test_serve_with_a_word_for_a_number_is_a_usage_error(empty: CommandLine) -> None:
    empty.error("serve", "--port", "eighty", exit_code=2)
    empty.error("simulator", "--port", "eighty", exit_code=2)
    empty.error("simulator", "--accounts", "/nowhere.toml", exit_code=2)


def in_terminal(home: Path, *arguments: str, typed: str, after: str, **more: str) -> tuple[int, str]:
    """Exit status and screen of a command on a terminal, where `typed` is typed once `after` is on the screen."""
    child, terminal = pty.fork()
    if child == 0:
        heed_ctrl_c()
        os.execve(sys.executable, [*CLAUDEFLARE, *arguments], environment(home, **more))
    screen = b""
    waiting = True
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not read:
            break
        screen += read
        if waiting and after.encode() in screen:
            waiting = False
            os.write(terminal, typed.encode())
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), screen.decode().replace("\r\n", "\n")


def test_a_key_that_is_typed_is_not_shown(tmp_path: Path) -> None:
    status, screen = in_terminal(tmp_path, "add", "work", typed="sk-ant-api03-typed\n", after="API key (not shown): ")
    assert status == 0
    assert "typed" not in screen
    assert "work is added (api-key, tier 1, priority 0)." in screen


@pytest.mark.parametrize(("answer", "status", "left"), [("n\n", 1, 1), ("\n", 1, 1), ("y\n", 0, 0), (CTRL_C, 130, 1)])
def test_removing_asks_on_a_terminal(tmp_path: Path, answer: str, status: int, left: int) -> None:
    cli = CommandLine(tmp_path)
    cli.run("add", "work", input="sk-ant-api03-work")
    question = "Remove the account work and its credential for good? [y/N]: "
    ended, screen = in_terminal(tmp_path, "remove", "work", typed=answer, after=question)
    assert question in screen
    assert len(json.loads(cli.run("list", "--json").stdout)) == left
    assert ended == status


def test_the_dashboards_address_on_a_terminal(server: Running, home: Path) -> None:
    status, screen = in_terminal(home, "dashboard", typed="", after="\0", BROWSER="/bin/false")
    assert status == 0
    assert screen.startswith("No browser could be opened here.")
    assert f"\n{server.url}/dashboard#sign-in=" in screen
    status, screen = in_terminal(home, "dashboard", "--print-url", typed="", after="\0")
    assert (status, screen.partition("=")[0]) == (0, f"{server.url}/dashboard#sign-in")
    # One line, however narrow the terminal: it is to be copied.
    assert screen.count("\n") == 1


def test_colour_is_for_terminals_without_no_color(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    cli.run("add", "work", input="sk-ant-api03-work")
    assert "\x1b" not in cli.run("list").stdout
    _, colored = in_terminal(tmp_path, "list", typed="", after="\0", TERM="xterm-256color")
    assert "\x1b[32m● \x1b[0mok" in colored
    _, plain = in_terminal(tmp_path, "list", typed="", after="\0", TERM="xterm-256color", NO_COLOR="1")
    assert "\x1b[32m" not in plain


def test_the_installed_command() -> None:
    command = Path(sys.executable).with_name("claudeflare")
    shown = subprocess.run([command, "version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"claudeflare {__version__}\n"
