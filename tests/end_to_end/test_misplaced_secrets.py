"""A tool that sends this server's own secrets to `/v1` is told so; without accounts they would go upstream."""

from __future__ import annotations

from pathlib import Path

import httpx2
from stage import QUESTION

from harness.server import START_SECONDS, claudeflare_server, eventually
from harness.simulated_api import simulated_api


async def test_neither_tokens_nor_revoked_keys_go_upstream(tmp_path: Path) -> None:
    async with (
        simulated_api() as upstream,
        claudeflare_server(upstream.url, tmp_path / "home") as server,
        httpx2.AsyncClient(base_url=server.url, timeout=START_SECONDS) as client,
    ):

        async def told(secret: str) -> str:
            headers = {"anthropic-version": "2023-06-01", "authorization": f"Bearer {secret}"}
            answer = await client.post("/v1/messages", json=QUESTION, headers=headers)
            return str(answer.json()["error"]["message"])

        assert "control token" in await told(server.token)
        key = (await server.cli("keys", "add", "laptop")).stdout.strip()
        await server.cli("keys", "revoke", "laptop", "--yes")

        async def refused(secret: str, words: str) -> bool | None:
            return words in await told(secret) or None

        await eventually(lambda: refused(key, "it is a client key"), "the key to be refused")
        token = (await server.cli("token", "rotate")).stdout.strip().splitlines()[0]
        await eventually(lambda: refused(token, "control token"), "the new token to be known")
        # The simulator answers what reaches it in words of its own.
        assert "control token" not in await told("sk-ant-unknown")
