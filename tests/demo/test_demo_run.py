"""The demo as a person starts it: the command in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from harness.demo_processes import processes_of_session


@asynccontextmanager
async def demo(directory: Path, *options: str, **streams: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    """A demo whose temporary files are in `directory`; nothing of it may be left, neither process nor file."""
    directory.mkdir()
    program = "import sys; from claudeflare.cli.main import main; sys.argv[0] = 'claudeflare'; main()"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CLAUDEFLARE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", program, "demo", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environ, "TMPDIR": str(directory), "XDG_RUNTIME_DIR": str(directory), "PORT": "1", "COLUMNS": "80"},
        start_new_session=True,
    )
    try:
        yield process
        await process.wait()
        assert processes_of_session(process.pid) == []
        assert list(directory.iterdir()) == []
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_clients_see_no_limit_although_the_api_answers_429(tmp_path: Path) -> None:
    async with demo(tmp_path / "t", "--length", "5", "--json") as process:
        output, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    summary = json.loads(output)
    assert summary["clientRateLimits"] == summary["clientFailures"] == 0
    assert summary["upstream429"] > 0
    assert summary["moves"] > 0
    assert summary["answered"] == summary["recorded"] == sum(account["requests"] for account in summary["accounts"])
    assert summary["answered"] >= 10
    assert summary["brokenOff"] == summary["unpricedRequests"] == 0
    assert 0 < summary["overheadMsP50"] <= summary["overheadMsP95"]
    assert summary["costUsd"] > 0
    assert [account["name"] for account in summary["accounts"]] == ["company", "trial", "studio-a", "studio-b"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_with_its_summary(tmp_path: Path, number: signal.Signals) -> None:
    async with demo(tmp_path / "t", "--accounts", "2") as process:
        assert process.stdout is not None
        shown = []
        while b" left: 0 requests" in (line := await process.stdout.readline()) or line.startswith(b"Starting"):
            shown.append(line.decode())
        assert b"s left: " in line
        process.send_signal(number)
        output, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    # A line a second, without colours or other codes: standard output is no terminal.
    assert shown[0] == "Starting the simulated API and the server.\n"
    assert "\x1b" not in "".join(shown) + output.decode()
    assert "answered in" in output.decode()
    assert (
        output.decode().rstrip().endswith("claudeflare serve     then: export ANTHROPIC_BASE_URL=http://localhost:8080")
    )


async def test_ended_while_it_starts_it_still_ends_well(tmp_path: Path) -> None:
    async with demo(tmp_path / "t") as process:
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        output, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert output.decode().startswith("The demo was ended before its first answer.\n")


async def test_kept_it_serves_a_client_of_yours_until_it_is_ended(tmp_path: Path) -> None:
    async with demo(tmp_path / "t", "--length", "1", "--keep", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        await process.stderr.readline()
        where = (await process.stderr.readline()).decode()
        url = where.rsplit("ANTHROPIC_BASE_URL=", 1)[1].strip()
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.post(
                f"{url}/v1/messages",
                headers={"anthropic-version": "2023-06-01"},
                json={"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
            )
        assert answer.json()["role"] == "assistant"
        process.send_signal(signal.SIGINT)
        output, _ = await process.communicate()
    assert process.returncode == 0
    assert json.loads(output)["clientRateLimits"] == 0


async def test_when_the_server_is_killed_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    async with demo(tmp_path / "t") as process:
        assert process.stdout is not None
        while b"s left: " not in await process.stdout.readline():
            pass
        for pid in processes_of_session(process.pid):
            if pid != process.pid:
                os.kill(pid, signal.SIGKILL)
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"No server answers at http://127.0.0.1:" in errors
    assert b"Traceback" not in errors
