from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest
from typer.main import get_command

from claudeflare import __version__
from claudeflare.cli.main import app
from claudeflare.http1 import encoding
from harness.command_line import CommandLine

COMMANDS = {
    "statusline",
    "tui",
    "schema",
    "stop",
    "doctor",
    "analyze",
    "audit",
    "backup",
    "import",
    "restore",
    "dashboard",
    "keys",
    "secrets",
    "serve",
    "demo",
    "simulator",
    "simulate",
    "add",
    "list",
    "show",
    "remove",
    "rename",
    "pause",
    "resume",
    "tier",
    "login",
    "clear-limit",
    "status",
    "stats",
    "reset-stats",
    "requests",
    "request",
    "explain",
    "export",
    "strategy",
    "config",
    "token",
    "version",
    "run",
    "logs",
    "clear-history",
    "completion",
}


def test_every_command_of_the_contract_is_there() -> None:
    assert set(get_command(app).commands) == COMMANDS  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_within_80_columns(empty: CommandLine, command: str) -> None:
    shown = empty.output(command, "--help")
    assert f"claudeflare {command}" in shown or f" {command} " in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_without_a_command_it_shows_its_help(empty: CommandLine) -> None:
    assert "Usage:" in empty.output()
    assert not empty.home.exists()


def test_an_unknown_command_is_a_usage_error(empty: CommandLine) -> None:
    assert "No such command 'lst'" in empty.error("lst", exit_code=2)


def test_an_error_is_one_plain_line(cli: CommandLine) -> None:
    error = cli.error("show", "nobody")
    assert error.count("\n") == 1
    assert "\x1b" not in error


def test_bad_settings_stop_every_command(empty: CommandLine) -> None:
    empty.environ["PORT"] = "eighty"
    assert "PORT" in empty.error("list")


def test_a_named_server_that_does_not_answer(cli: CommandLine) -> None:
    assert "No server answers at http://127.0.0.1:1" in cli.error("--url", "http://127.0.0.1:1", "--token", "t", "list")


def test_a_server_named_by_the_environment(cli: CommandLine) -> None:
    cli.environ["CLAUDEFLARE_URL"] = "http://127.0.0.1:1"
    cli.environ["CLAUDEFLARE_TOKEN"] = "token"
    assert "No server answers at http://127.0.0.1:1" in cli.error("list")


def test_version(empty: CommandLine) -> None:
    compiled = encoding.__file__.endswith(".so")
    assert empty.output("version") == f"claudeflare {__version__}{' (compiled)' if compiled else ''}\n"
    told = {"version": __version__, "compiled": compiled, "python": platform.python_version()}
    assert json.loads(empty.output("version", "--json")) == told


def test_help_imports_nothing_heavy() -> None:
    """Of any command or group: each would take longer than all the rest that `--help` does."""
    heavy = {
        "alembic", "asyncio", "cryptography", "fastapi", "httpx2", "msgspec", "pydantic", "rich", "sqlalchemy",
        "ssl", "textual", "uvloop",
    }  # fmt: skip
    script = f"""
import sys
import io
from contextlib import redirect_stdout
from typer.main import get_command
from claudeflare.cli.main import app

def show(command, *path):
    with redirect_stdout(io.StringIO()) as shown:
        app([*path, "--help"], standalone_mode=False)
    print(*path, sorted({heavy} & sys.modules.keys()), bool(shown.getvalue()), sep="|")
    for name, sub in getattr(command, "commands", {{}}).items():
        show(sub, *path, name)

show(get_command(app))
"""
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    lines = shown.splitlines()
    assert len(lines) > len(COMMANDS)
    assert [line for line in lines if not line.endswith("[]|True")] == []


def test_defaults_are_told(empty: CommandLine) -> None:
    words = " ".join(empty.output("serve", "--help").split())
    assert all(default in words for default in ("8080", "127.0.0.1", "1 by default", "session (the default)"))
