"""Which requests are let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.gateway.gate import body_limit, open_to_anyone
from claudeflare.settings import Settings
from gateway.answers import MESSAGE
from harness.gateway import account, running_gateway
from harness.upstream import repeat, scripted_upstream


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 200),
        (["host: 127.0.0.1:8080"], 200),
        (["host: [::1]:8080"], 200),
        (["host: box.lan:8080"], 200),
        (["host: evil.example"], 421),
        (["host: localhost.evil.example"], 421),
        (["host: localhost:8080", "origin: http://localhost:8080"], 200),
        (["host: localhost:8080", "origin: http://localhost:3000"], 403),
        (["origin: https://evil.example"], 403),
        (["origin: null"], 403),
        (["origin: https://box.lan"], 200),
        (["sec-fetch-site: cross-site"], 403),
        (["sec-fetch-site: same-origin"], 200),
    ],
)
async def test_hosts_and_origins(tmp_path: Path, headers: list[str], status: int) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], allowed_hosts=("box.lan",)) as gateway,
    ):
        client = await gateway.connect()
        if not any(line.startswith("host:") for line in headers):
            headers = ["host: localhost", *headers]
        await client.send("\r\n".join(["GET /v1/models HTTP/1.1", *headers]).encode() + b"\r\n\r\n")
        assert (await client.response())[0] == status
        client.close()
        assert upstream.connections == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    "path", ["/v1/../api/accounts", "/v1/%2e%2e/api", "/v1/x/..%5capi", "/v1/.", "/v1/./messages", "/v1/..%2fapi/x"]
)
async def test_a_path_that_may_mean_another_one_is_refused(tmp_path: Path, path: str) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, [account("work")]) as gateway:
            client = await gateway.connect()
            await client.request(path, b"", "GET")
            assert (await client.response())[0] == 400
            client.close()
            assert upstream.connections == 0


@pytest.mark.parametrize("path", ["//v1/messages", "/V1/messages", "/%761/messages", "/v1x", "/api/../v1/messages"])
async def test_what_is_not_v1_goes_to_control_only(tmp_path: Path, path: str) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, [account("work")]) as gateway:
            client = await gateway.connect()
            await client.request(path, b"", "GET")
            assert (await client.response())[0] == 503  # no control here
            client.close()
            assert upstream.connections == 0


def test_each_route_has_its_own_limit() -> None:
    settings = Settings()
    assert body_limit(b"/v1/messages", settings) == settings.max_body_bytes
    assert body_limit(b"/v1/messages/batches", settings) == settings.max_batch_body_bytes
    assert body_limit(b"/v1/files", settings) == settings.max_file_body_bytes


@pytest.mark.parametrize("exposed", [False, True])
async def test_a_server_that_others_reach_lets_nobody_in_without_a_key(tmp_path: Path, exposed: bool) -> None:
    """Whether the owner has made none yet or has revoked the last, before the first snapshot and after."""
    async with scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream:
        async with running_gateway(upstream.url, tmp_path, []) as gateway:
            gateway.server.exposed = exposed
            gateway.configure([account("work")])
            client = await gateway.connect()
            await client.request("/v1/models", b"", "GET", "x-api-key: sk-ant-own")
            status, _, body = await client.response()
            client.close()
            assert status == (401 if exposed else 200)
            assert (b"claudeflare keys add" in body) == exposed
            assert upstream.connections == (0 if exposed else 1)


@pytest.mark.parametrize(("keys", "exposed", "anyone"), [(0, False, True), (0, True, False), (1, False, False)])
def test_who_is_let_in_without_a_key(keys: int, exposed: bool, anyone: bool) -> None:
    assert open_to_anyone(keys > 0, exposed) == anyone
