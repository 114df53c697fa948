"""`claudeflare stop`, on servers that run and on none."""

from __future__ import annotations

from pathlib import Path

from harness.command_line import CommandLine
from harness.server import claudeflare_server
from harness.simulated_api import simulated_api


async def test_the_server_drains_and_is_gone(tmp_path: Path) -> None:
    async with simulated_api([]) as api, claudeflare_server(api.url, tmp_path / "home") as server:
        assert (await server.cli("stop")).stdout == "The server has stopped.\n"
        assert await server.ended() == 0


def test_without_a_server_there_is_nothing_to_stop(cli: CommandLine, empty: CommandLine) -> None:
    assert cli.run("stop").stdout == "No server is running.\n"
    assert empty.run("stop").stdout == "No server is running.\n"


def test_a_server_elsewhere_is_not_ours_to_stop(cli: CommandLine) -> None:
    refused = cli.run("--url", "http://127.0.0.1:1", "stop", exit_code=1)
    assert "leave out --url" in refused.stderr
