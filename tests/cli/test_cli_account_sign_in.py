"""Signing in on the command line: at a terminal, through pipes, with a browser; against a simulated provider."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from claudeflare.simulator.server import SimulatorServer
from harness.command_line import CLAUDEFLARE, environment
from harness.server import START_SECONDS
from harness.signing_in import allow, sign_in_environment
from harness.simulated_api import api_account, simulated_api, subscription
from harness.terminal import terminal

LINK = re.compile(r"http://\S+/oauth/authorize\?\S+")


@pytest.fixture
async def provider() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([subscription("max"), api_account("work", organization="acme")]) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, provider: SimulatorServer) -> dict[str, str]:
    return environment(tmp_path / "home", **sign_in_environment(provider.url))


async def run(environ: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *CLAUDEFLARE, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ
    )
    stdout, stderr = await asyncio.wait_for(process.communicate(b""), START_SECONDS)
    return process.returncode or 0, stdout.decode(), stderr.decode()


async def through_pipes(environ: dict[str, str], *arguments: str, account: str) -> tuple[int, str, str]:
    """Run a command that signs in, as a program does that reads the link and pipes the code."""
    process = await asyncio.create_subprocess_exec(
        *CLAUDEFLARE, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ
    )
    assert process.stderr is not None
    assert process.stdin is not None
    said = ""
    async with asyncio.timeout(START_SECONDS):
        while (found := LINK.search(said)) is None:
            line = await process.stderr.readline()
            assert line, said
            said += line.decode()
        process.stdin.write(f"{await allow(found[0], account)}\n".encode())
        stdout, stderr = await process.communicate()
    return process.returncode or 0, stdout.decode(), said + stderr.decode()


async def test_a_subscription_at_a_terminal(provider: SimulatorServer, environ: dict[str, str]) -> None:
    command = (*CLAUDEFLARE, "add", "mine", "--mode", "max", "--tier", "20")
    async with terminal(*command, environ=environ) as screen:
        text = await screen.until("[y/N]")
        assert "published terms" in text
        assert "https://code.claude.com/docs/en/legal-and-compliance" in text
        screen.type("y\n")
        asked = await screen.until("Code:")
        assert "Open the page below in a browser" in asked
        link = LINK.search(asked)
        assert link is not None
        screen.type("half-a-code\n")
        assert "not the whole code" in await screen.until("Code:")
        screen.type(f"{await allow(link[0], 'max')}\n")
        assert "mine is added (max, tier 20, priority 0)." in await screen.until("priority 0).")
        assert await screen.ended() == 0
    # Once accepted, the terms are not shown again.
    async with terminal(*CLAUDEFLARE, "add", "second", "--mode", "max", environ=environ) as screen:
        assert "terms" not in await screen.until("Code:")


async def test_a_no_to_the_terms_changes_nothing(environ: dict[str, str]) -> None:
    async with terminal(*CLAUDEFLARE, "add", "mine", "--mode", "max", environ=environ) as screen:
        await screen.until("[y/N]")
        screen.type("\n")
        await screen.until("Nothing was changed.")
        assert await screen.ended() == 1
    assert json.loads((await run(environ, "list", "--json"))[1]) == []


async def test_control_c_at_the_question_ends_it(provider: SimulatorServer, environ: dict[str, str]) -> None:
    async with terminal(*CLAUDEFLARE, "add", "keyed", "--mode", "console", environ=environ) as screen:
        # The space is written last before the question waits: a signal that came sooner is found at the next key.
        await screen.until("Code: ")
        screen.type("\x03")
        assert await screen.ended() == 130
    assert json.loads((await run(environ, "list", "--json"))[1]) == []


async def test_through_pipes_standard_output_is_the_account_alone(
    provider: SimulatorServer, environ: dict[str, str]
) -> None:
    arguments = ("add", "keyed", "--mode", "console", "--json", "--priority", "3")
    status, stdout, stderr = await through_pipes(environ, *arguments, account="work")
    assert status == 0, stderr
    added: dict[str, Any] = json.loads(stdout)
    assert (added["name"], added["mode"], added["priority"]) == ("keyed", "console", 3)
    assert "Sign in: keyed" in stderr


async def test_signing_in_again(provider: SimulatorServer, environ: dict[str, str]) -> None:
    arguments = ("add", "mine", "--mode", "max", "--accept-terms", "--json")
    status, stdout, stderr = await through_pipes(environ, *arguments, account="max")
    assert status == 0, stderr
    again = await through_pipes(environ, "login", "mine", "--json", account="max")
    assert again[0] == 0, again[2]
    assert json.loads(again[1])["id"] == json.loads(stdout)["id"]
    assert provider.world.oauth.counts.exchanges == 2


async def test_where_nobody_can_be_asked_the_terms_have_to_be_accepted(environ: dict[str, str]) -> None:
    status, stdout, stderr = await run(environ, "add", "mine", "--mode", "max")
    assert (status, stdout) == (1, "")
    assert "--accept-terms" in stderr
    assert "published terms" in stderr


async def test_no_code_and_no_client(environ: dict[str, str]) -> None:
    status, _, stderr = await run(environ, "add", "keyed", "--mode", "console")
    assert status == 1
    assert "No code came" in stderr
    del environ["CLAUDEFLARE_OAUTH_CLIENT_ID"]
    status, _, stderr = await run(environ, "add", "keyed", "--mode", "console")
    assert status == 1
    assert "CLAUDEFLARE_OAUTH_CLIENT_ID" in stderr


async def test_the_browser_is_told_the_page_unless_it_is_not_to_be(
    provider: SimulatorServer, environ: dict[str, str], tmp_path: Path
) -> None:
    told, script = tmp_path / "told", tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}\n')
    script.chmod(0o700)
    environ["BROWSER"] = str(script)
    arguments = ("add", "keyed", "--mode", "console")
    _, _, stderr = await through_pipes(environ, *arguments, account="work")
    assert "Your browser opens" in stderr
    assert told.read_text().startswith(f"{provider.url}/oauth/authorize?")
    told.unlink()
    _, _, stderr = await through_pipes(environ, "login", "keyed", "--no-browser", account="work")
    assert "Open the page below" in stderr
    assert not told.exists()


async def test_a_command_that_waits_can_be_ended(provider: SimulatorServer, environ: dict[str, str]) -> None:
    command = (*CLAUDEFLARE, "add", "keyed", "--mode", "console")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ)
    assert process.stderr is not None
    async with asyncio.timeout(START_SECONDS):
        while not LINK.search((await process.stderr.readline()).decode()):
            pass
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 130
