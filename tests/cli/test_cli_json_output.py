"""Every command that reads prints JSON of the shape that is documented: run beside a real server with traffic."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.main import get_command

from claudeflare.api.app import describe_app
from claudeflare.cli.json_output import COMPONENTS, JSON_OUTPUT, Printed
from claudeflare.cli.main import app
from claudeflare.demo.summary import AccountShare, Summary
from claudeflare.home import Home
from claudeflare.storage.sessions import SessionStore, StoredSession
from harness.captured import capture
from harness.command_line import CommandLine
from harness.data_directory import opened
from harness.served_directory import CLAUDEFLARE, Running, ask, environment, served

NOTHING_TO_READ = {
    "clear-history", "clear-limit", "completion", "export", "pause", "remove", "rename", "reset-stats", "restore",
    "resume", "run", "schema", "secrets move", "serve", "simulator", "stop", "tier", "token", "token rotate", "tui",
}  # fmt: skip
"""They change something, go on until they are ended, or print one thing that is no JSON: a script, a secret, a schema;
`export` has nothing else."""

ELSEWHERE = {
    "demo": "test_demo_run; its shape is held to below",
    "import ccflare": "test_cli_import_ccflare",
    "login": "test_cli_login; it prints what `add` does",
    "logs --follow": "below",
    "requests --follow": "below",
}
"""What takes a while, goes on, or needs another program's files, is run there."""


@dataclass(frozen=True)
class Run:
    """A command line, with `$id` for a request's id."""

    line: str
    input: str | None = None
    exit_codes: tuple[int, ...] = field(default=(0,))


RUNS = {
    "status": Run("status --json"),
    "doctor": Run("doctor --json", exit_codes=(0, 1)),
    "logs": Run("logs --lines 5 --json"),
    "statusline": Run("statusline --json", '{"session_id": "talk"}'),
    "dashboard --sessions": Run("dashboard --sessions --json"),
    "dashboard --sign-out": Run("dashboard --sign-out all --json"),
    "version": Run("version --json"),
    "add": Run("add another --json", "sk-ant-api03-another\n"),
    "list": Run("list --json"),
    "show": Run("show work --json"),
    "stats": Run("stats --range 24h --json"),
    "requests": Run("requests --json"),
    "request": Run("request $id --json"),
    "request --body": Run("request $id --body --json"),
    "explain": Run("explain $id --json"),
    "export": Run("export"),
    "export --bodies": Run("export --bodies"),
    "strategy": Run("strategy --json"),
    "simulate": Run("simulate --strategy round-robin --json"),
    "keys add": Run("keys add laptop --per-day 5 --json"),
    "keys list": Run("keys list --all --json"),
    "keys limit": Run("keys limit laptop --requests-per-minute 60 --json"),
    "keys revoke": Run("keys revoke laptop --yes --json"),
    "config show": Run("config show --json"),
    "config check": Run("config check --json"),
    "config path": Run("config path --json"),
    "audit": Run("audit --json"),
    "secrets show": Run("secrets show --json"),
    "secrets rotate": Run("secrets rotate --forget-old --json"),
    "secrets forget": Run("secrets forget --json"),
    "analyze": Run("analyze --json"),
    "backup": Run("backup $file --json"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a signed-in browser and bodies, before the server starts."""
    home = tmp_path_factory.mktemp("json") / "home"
    with opened(Home(home)) as database:
        now = time.time()
        SessionStore(database).add(StoredSession("5e55", "digest", now - 60, now - 30, "127.0.0.1", "Firefox"))
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Running]:
    with served(home) as server:
        yield server


@pytest.fixture(scope="module")
def request_id(server: Running, home: Path) -> str:
    """A request that is on record, with its bodies."""
    asked = [ask(server) for _ in range(3)][-1]
    capture(home, asked, b'{"model": "claude-haiku-4-5"}', b"{}")
    return asked


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return describe_app().openapi()


def checked(printed: Printed, openapi: dict[str, Any], value: Any) -> None:
    jsonschema_rs.validator_for(printed.whole_schema(openapi)).validate(value)


@pytest.mark.parametrize("name", [name for name in JSON_OUTPUT if name not in ELSEWHERE])
def test_it_prints_what_is_documented(
    name: str, home: Path, request_id: str, openapi: dict[str, Any], tmp_path: Path
) -> None:
    words = RUNS[name].line.replace("$id", request_id).replace("$file", str(tmp_path / "file")).split()
    beside = CommandLine(home)
    result = beside.run(*words, input=RUNS[name].input, exit_codes=RUNS[name].exit_codes)
    if JSON_OUTPUT[name].lines:
        values = [json.loads(line) for line in result.stdout.splitlines()]
        assert values
        for value in values:
            checked(JSON_OUTPUT[name], openapi, value)
    else:
        checked(JSON_OUTPUT[name], openapi, json.loads(result.stdout))


@pytest.mark.parametrize("name", ["logs --follow", "requests --follow"])
def test_what_is_followed_comes_line_by_line(
    name: str, home: Path, server: Running, request_id: str, openapi: dict[str, Any]
) -> None:
    with subprocess.Popen(
        [*CLAUDEFLARE, "--url", server.url, *name.split(), "--json"],
        env=environment(home, CLAUDEFLARE_TOKEN=Home(home).control_token.read_text().strip()),
        stdout=subprocess.PIPE,
    ) as following:
        assert following.stdout is not None
        checked(JSON_OUTPUT[name], openapi, json.loads(following.stdout.readline()))
        following.terminate()


def test_what_a_demo_tells(openapi: dict[str, Any]) -> None:
    for summary in (Summary(), Summary(accounts=[AccountShare("work", "org")], overhead_ms_p50=0.4, cost_usd=1.5)):
        checked(JSON_OUTPUT["demo"], openapi, summary.json())


def test_every_command_that_reads_prints_json() -> None:
    """And says in one place what."""
    without = set()
    for path, command in commands(get_command(app)):
        options = {name for parameter in command.params for name in parameter.opts}
        if "--json" in options:
            assert any(name == path or name.startswith(f"{path} --") for name in JSON_OUTPUT), path
        else:
            without.add(path)
    assert without == NOTHING_TO_READ


def test_what_is_documented_exists(openapi: dict[str, Any]) -> None:
    known = {path for path, _ in commands(get_command(app))}
    for name, printed in JSON_OUTPUT.items():
        assert name.partition(" --")[0] in known
        schema = printed.whole_schema(openapi)
        jsonschema_rs.meta.validate(schema)
        assert COMPONENTS not in json.dumps(schema)


def test_a_shape_that_is_not_the_documented_one_is_noticed(openapi: dict[str, Any]) -> None:
    for name, value in (("list", [{"id": "1"}]), ("version", {"version": 1}), ("statusline", {}), ("status", None)):
        with pytest.raises(jsonschema_rs.ValidationError):
            checked(JSON_OUTPUT[name], openapi, value)
    checked(JSON_OUTPUT["statusline"], openapi, None)


def commands(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its words."""
    subs = getattr(command, "commands", {})
    if path and (not subs or command.invoke_without_command):
        yield path, command
    for name, sub in subs.items():
        yield from commands(sub, f"{path} {name}".strip())
