"""`claudeflare run`: what the client finds, and that it is as if the client had been called directly."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.cli.run import client_environment
from claudeflare.home import Home
from harness.command_line import CLAUDEFLARE, CommandLine, environment
from harness.data_directory import seed

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
NONE, SOME = ({"accounts": {"configured": count, "available": 0}} for count in (0, 2))
URL = "http://127.0.0.1:8080"


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLAUDEFLARE, "run", *arguments], env=environment(home, **more), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seed(tmp_path_factory.mktemp("run") / "home").directory


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with subprocess.Popen(
        [*CLAUDEFLARE, "serve", "--port", "0"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


# -- what it adds to the environment ---------------------------------------------------------------------------------


def test_a_client_without_a_credential_gets_a_placeholder() -> None:
    assert client_environment({"A": "b"}, "python", URL, SOME) == {
        "A": "b",
        "ANTHROPIC_BASE_URL": URL,
        "ANTHROPIC_API_KEY": "claudeflare",
    }


@pytest.mark.parametrize("program", ["claude", "/opt/bin/claude"])
def test_claude_code_gets_a_token_which_it_does_not_ask_about(program: str) -> None:
    added = client_environment({}, program, URL, SOME)
    assert added == {"ANTHROPIC_BASE_URL": URL, "ANTHROPIC_AUTH_TOKEN": "claudeflare"}


def test_where_no_account_is_configured_the_clients_own_login_is_used() -> None:
    assert client_environment({}, "python", URL, NONE) == {"ANTHROPIC_BASE_URL": URL}


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
@pytest.mark.parametrize("value", ["sk-ant-mine", ""])
def test_a_credential_of_the_users_own_stays(name: str, value: str) -> None:
    assert client_environment({name: value}, "claude", URL, SOME) == {name: value, "ANTHROPIC_BASE_URL": URL}


def test_a_base_url_of_before_is_replaced() -> None:
    assert client_environment({"ANTHROPIC_BASE_URL": "http://old"}, "x", URL, NONE) == {"ANTHROPIC_BASE_URL": URL}


def test_a_proxy_is_not_asked_for_this_machine() -> None:
    proxied = {"HTTP_PROXY": "http://proxy:3128", "no_proxy": "intranet"}
    assert client_environment(proxied, "x", URL, NONE)["NO_PROXY"] == "intranet,127.0.0.1"
    assert client_environment({"ALL_PROXY": "socks5://p"}, "x", "http://[::1]:80", NONE)["no_proxy"] == "::1"
    assert "NO_PROXY" not in client_environment(proxied, "x", "https://flare.example", NONE)


# -- beside a running server -----------------------------------------------------------------------------------------


def test_the_client_finds_the_server(home: Path, server: str) -> None:
    done = run(home, "--", sys.executable, "-c", SHOW)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["ANTHROPIC_BASE_URL"], found["ANTHROPIC_API_KEY"]) == (server, "claudeflare")


def test_a_named_server_needs_no_token(tmp_path: Path, server: str) -> None:
    command = [*CLAUDEFLARE, "--url", server, "run", sys.executable, "-c", SHOW]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["ANTHROPIC_BASE_URL"] == server
    assert not Home(tmp_path).lock.exists()


def test_arguments_and_exit_status_pass_through(home: Path, server: str) -> None:
    program = "import sys; print(sys.argv[1:]); sys.exit(42)"
    for separator in (("--",), ()):
        done = run(home, *separator, sys.executable, "-c", program, "--start", "-h", "--", "a b", "$HOME")
        assert done.stdout == "['--start', '-h', '--', 'a b', '$HOME']\n"
        assert done.returncode == 42


def test_the_client_takes_the_place_of_the_command(home: Path, server: str) -> None:
    program = "import os; print(os.getpid(), flush=True); input()"
    with subprocess.Popen(
        [*CLAUDEFLARE, "run", "--", sys.executable, "-c", program],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait() == -signal.SIGTERM


# -- what cannot be run ----------------------------------------------------------------------------------------------


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = run(tmp_path, "--", sys.executable, "-c", "print('ran')")
    assert (done.returncode, done.stdout) == (1, "")
    assert "claudeflare serve" in done.stderr
    assert "--start" in done.stderr


def test_a_named_server_that_is_none(tmp_path: Path) -> None:
    command = [*CLAUDEFLARE, "--url", "http://127.0.0.1:1", "run", "--start", "--", sys.executable, "-c", "print(1)"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "No server answers at http://127.0.0.1:1" in done.stderr


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    done = run(tmp_path, "--start", "--", "no-such-client", "--flag")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == "no-such-client is not found; is it installed?\n"
    assert not Home(tmp_path).logs.exists(), "no server is started for nothing"


def test_a_command_that_is_not_executable(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("echo no")
    assert run(tmp_path, "--", str(script)).returncode == 126


def test_a_file_that_is_no_program(home: Path, server: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00\x01")
    broken.chmod(stat.S_IRWXU)
    done = run(home, "--", str(broken))
    assert done.returncode == 126
    assert "cannot be run: Exec format error." in done.stderr


def test_without_a_command_it_is_a_usage_error(empty: CommandLine) -> None:
    empty.error("run", exit_code=2)
    empty.error("run", "--start", "--", exit_code=2)
