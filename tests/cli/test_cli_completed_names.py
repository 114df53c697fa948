"""What a shell is told when somebody completes a name, as zsh asks it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from claudeflare.home import Home
from claudeflare.settings import Settings
from harness.command_line import CommandLine
from harness.control_server import running_server

BIN = Path(sys.executable).parent


async def completed(home: Path, line: str, **more: str) -> tuple[str, str]:
    """Standard output and error."""
    environ = {
        "PATH": os.environ["PATH"],
        "CLAUDEFLARE_HOME": str(home),
        "_CLAUDEFLARE_COMPLETE": "complete_zsh",
        "_TYPER_COMPLETE_ARGS": f"claudeflare {line}",
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        BIN / "claudeflare", env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    return out.decode(), err.decode()


@pytest.fixture
def with_key(cli: CommandLine) -> CommandLine:
    """With a client key."""
    cli.run("keys", "add", "laptop")
    return cli


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("show ", {"work", "spare", "old", "broken"}),
        ("pause w", {"work"}),
        ("requests --account s", {"spare"}),
        ("keys limit ", {"laptop"}),
        ("requests --key la", {"laptop"}),
        ("strategy r", {"round-robin"}),
        ("add w", set()),
    ],
)
async def test_names_that_there_are(with_key: CommandLine, line: str, names: set[str]) -> None:
    async with running_server(Home(with_key.home), Settings(home=str(with_key.home))):
        out, err = await completed(with_key.home, line)
    known = {"work", "spare", "old", "broken", "laptop", "round-robin", "session"}
    assert {name for name in known if f'"{name}"' in out} == names
    assert err == ""


async def test_whatever_is_wrong_is_not_said_there(cli: CommandLine) -> None:
    """No server; bad settings; another server that does not answer."""
    for more in ({}, {"PORT": "eighty"}, {"CLAUDEFLARE_URL": "http://127.0.0.1:1", "CLAUDEFLARE_TOKEN": "t"}):
        out, err = await completed(cli.home, "show w", **more)
        assert "work" not in out
        assert err == ""
    assert "headroom" in (await completed(cli.home, "strategy h"))[0]
