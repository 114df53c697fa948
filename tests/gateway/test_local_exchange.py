"""What the gateway answers by itself."""

from __future__ import annotations

import json
from pathlib import Path

from harness.gateway import account, running_gateway


async def test_probes_are_answered_without_anybody_else(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        client = await gateway.connect()
        for path in ("/", "/api/hello"):
            await client.request(path, b"", "HEAD")
            assert (await client.head()).startswith(b"HTTP/1.1 200 OK\r\n")
        client.close()
        assert gateway.records() == []


async def test_health_is_503_until_accounts_are_known_and_control_has_answered(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        client = await gateway.connect()

        async def health() -> tuple[int, dict[str, object]]:
            await client.send(b"GET /health HTTP/1.1\r\nhost: 10.0.0.7\r\n\r\n")  # balancers ask by address
            status, _, body = await client.response()
            return status, json.loads(body)

        nothing = {"configured": 0, "available": 0}
        assert await health() == (
            503,
            {"live": True, "ready": False, "accounts": nothing, "waiting": 0, "strategy": None, "control": False},
        )
        gateway.configure([account("work"), account("spare", paused=True)])
        assert (await health())[0] == 503
        gateway.server.control.connected(lambda message: None)
        gateway.server.control.serves()
        assert await health() == (
            200,
            {
                "live": True, "ready": True, "accounts": {"configured": 2, "available": 1}, "waiting": 0,
                "strategy": "session", "control": True,
            },
        )  # fmt: skip
        gateway.server.control.lost()
        status, body = await health()
        assert (status, body["control"]) == (200, False)
        client.close()
