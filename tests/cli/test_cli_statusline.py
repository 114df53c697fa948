"""The line for Claude Code beside a real server, and without one."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator

import pytest

from claudeflare.cli.statusline_output import LONGEST_INPUT
from claudeflare.home import Home
from claudeflare.settings import Settings
from harness.command_line import CLAUDEFLARE, CommandLine, environment
from harness.control_server import running_server

SAID = json.dumps({"session_id": "session-1", "model": {"display_name": "Opus"}, "cost": {"total_cost_usd": 0.1}})


@pytest.fixture
async def beside(cli: CommandLine) -> AsyncIterator[CommandLine]:
    """A data directory with a server; the token is in the file."""
    async with running_server(Home(cli.home), Settings(home=str(cli.home))):
        yield cli


async def line(cli: CommandLine, *options: str, said: str = SAID, **environ: str) -> str:
    """What the line of the command's fixed clock says; nothing on standard error."""
    cli.environ |= environ
    result = await asyncio.to_thread(cli.run, "statusline", *options, input=said)
    assert result.stderr == ""
    return str(result.stdout)


async def test_the_account_of_the_session(beside: CommandLine) -> None:
    assert await line(beside, NO_COLOR="1") == "work · $3.41 today\n"
    assert await line(beside, NO_COLOR="") == "work\x1b[2m · \x1b[0m$3.41 today\n"


@pytest.mark.parametrize("said", ["", "no json", "[1]", '{"session_id": 7}', '{"session_id": ""}', '"text"'])
async def test_whatever_is_said(beside: CommandLine, said: str) -> None:
    """The account used last is shown then."""
    assert await line(beside, said=said, NO_COLOR="1") == "work · $3.41 today\n"


async def test_more_than_anybody_would_say_is_not_read(beside: CommandLine) -> None:
    said = json.dumps({"session_id": "session-1", "padding": "x" * LONGEST_INPUT})
    assert await line(beside, said=said, NO_COLOR="1") == "work · $3.41 today\n"


async def test_json_is_what_the_api_answers(beside: CommandLine) -> None:
    seen = json.loads(await line(beside, "--json"))
    assert (seen["account"], seen["servesSession"], seen["requests"]) == ("work", True, 5)


async def test_without_a_server(cli: CommandLine, empty: CommandLine) -> None:
    for one in (cli, empty):
        assert await line(one) == "claudeflare: not running\n"
        assert await line(one, "--json") == "null\n"
    assert not empty.home.exists()
    assert await line(cli, CLAUDEFLARE_URL="http://127.0.0.1:1", CLAUDEFLARE_TOKEN="t") == "claudeflare: not running\n"
    assert await line(empty, PORT="eighty") == "claudeflare: not running\n"


async def test_as_claude_code_runs_it(beside: CommandLine) -> None:
    """In a process of its own, which imports little: it runs after each turn."""

    def run(*options: str) -> subprocess.CompletedProcess[bytes]:
        script = (
            "import sys; from claudeflare.cli.__main__ import main; sys.argv[0] = 'claudeflare'; main();"
            "heavy = {'typer', 'rich', 'asyncio', 'httpx2', 'pydantic', 'sqlalchemy', 'fastapi'};"
            "print(sorted(heavy & sys.modules.keys()))"
        )
        command = [CLAUDEFLARE[0], "-c", script, "statusline", *options]
        environ = environment(beside.home, NO_COLOR="1")
        return subprocess.run(command, input=SAID.encode(), env=environ, capture_output=True, check=True)

    plain = await asyncio.to_thread(run)
    assert (plain.stdout.decode().splitlines()[1:], plain.stderr) == (["[]"], b"")
    # By the real clock another day has begun.
    assert plain.stdout.decode().startswith("work · $0.00")
    seen = json.loads((await asyncio.to_thread(run, "--json")).stdout.decode().replace("[]\n", ""))
    assert seen["account"] == "work"
