"""A backup of a server at work; and a restore that is none of its business."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic
from stage import NAMES, QUESTION, Stage

from harness.server import claudeflare_server
from harness.simulated_api import api_account, simulated_api

in_session = pytest.mark.asyncio(loop_scope="session")


@in_session
async def test_while_traffic_flows(stage: Stage, client: AsyncAnthropic, tmp_path: Path) -> None:
    await stage.server.add("alpha", "beta")
    done = asyncio.Event()

    async def ask() -> int:
        count = 0
        while not done.is_set():
            await client.messages.create(**QUESTION)
            count += 1
        return count

    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask()) for _ in range(4)]
        first = await stage.server.cli("backup", str(tmp_path / "1.zip"), "--payloads")
        refused = await stage.server.cli("restore", str(tmp_path / "1.zip"), "--yes", exit_code=1)
        done.set()
    assert "2 accounts" in first.stdout
    assert "Stop it first" in refused.stderr
    assert sum(task.result() for task in asking) > 0


async def test_restored_elsewhere_it_serves(tmp_path: Path) -> None:
    """With the key beside it, a restored directory does what the one did that was backed up."""
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "b.zip"
    async with simulated_api([api_account(name) for name in NAMES]) as upstream:
        async with claudeflare_server(upstream.url, here) as server:
            await server.add("alpha")
            async with AsyncAnthropic(base_url=server.url, api_key="any", max_retries=0) as client:
                await client.messages.create(**QUESTION)
        # Stopped, and all it had recorded is in.
        saved = await server.cli("backup", str(file))
        assert "1 account, 1 request " in saved.stdout
        there.mkdir(mode=0o700)
        (there / "secret.key").write_bytes((here / "secret.key").read_bytes())
        (there / "secret.key").chmod(0o600)
        elsewhere = dataclasses.replace(server, environ={**server.environ, "CLAUDEFLARE_HOME": str(there)})
        restored = await elsewhere.cli("restore", str(file))
        assert "The key here opens its secrets." in restored.stdout
        async with (
            claudeflare_server(upstream.url, there) as second,
            AsyncAnthropic(base_url=second.url, api_key="any", max_retries=0) as client,
        ):
            await client.messages.create(**QUESTION)
            assert [request.account for request in upstream.world.seen] == ["alpha", "alpha"]
