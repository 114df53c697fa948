from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import httpx2
import pytest

from claudeflare.demo.server import DemoServer
from claudeflare.errors import ClaudeflareError
from harness.demo_processes import gone, processes_of_group


async def test_it_serves_while_it_is_open_and_leaves_nothing() -> None:
    async with DemoServer("http://127.0.0.1:9", 0) as server:
        home, group = server.home, server.pid
        assert home.is_dir()
        async with httpx2.AsyncClient(trust_env=False) as http:
            health = (await http.get(f"{server.url}/health")).json()
        assert health["ready"]
        # The supervisor, control and a gateway.
        assert len(processes_of_group(group)) == 3
    assert not home.exists()
    assert processes_of_group(group) == []


async def test_a_taken_port_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ClaudeflareError, match=rf"did not start: .*{port}"):
            async with DemoServer("http://127.0.0.1:9", port):
                pass
    assert list(tmp_path.iterdir()) == []


async def test_when_its_owner_is_gone_it_ends_and_clears_away() -> None:
    async with DemoServer("http://127.0.0.1:9", 0) as server:
        server.let_go()
        await gone(server.pid)
        assert not server.home.exists()


async def test_a_server_that_was_killed_is_cleared_away_too() -> None:
    async with DemoServer("http://127.0.0.1:9", 0) as server:
        home, group = server.home, server.pid
        os.kill(server.pid, signal.SIGKILL)
        await gone(group)
    assert not home.exists()
