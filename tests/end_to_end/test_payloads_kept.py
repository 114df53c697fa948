"""What was asked and answered can be read afterwards, whoever died meanwhile, and no secret with it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from stage import CALLER_KEY, QUESTION, Stage, scripted

from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import api_account, simulated_api

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "planted-secret"


async def ask(server: ClaudeflareServer, text: str, **body: Any) -> tuple[str, str]:
    """The id of a request that was answered, and the answer as it came."""
    async with httpx2.AsyncClient(base_url=server.url) as client:
        answer = await client.post(
            "/v1/messages",
            json=QUESTION | body,
            headers={
                "x-api-key": CALLER_KEY,
                "anthropic-version": "2023-06-01",
                "x-unheard-of": SECRET,
                **scripted(text=text),
            },
        )
    assert answer.status_code == 200, answer.text
    return answer.headers["x-claudeflare-request-id"], answer.text


async def payload_of(server: ClaudeflareServer, request_id: str) -> Any:
    """Both parts, once they are there."""

    async def both() -> Any:
        answer = await server.api.get(f"/api/requests/{request_id}/payload")
        found = answer.json() if answer.is_success else {}
        return found if found.get("request") and found.get("response") else None

    return await eventually(both, f"the payload of {request_id}")


def everything_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_a_stream_as_it_was_sent(stage: Stage) -> None:
    await stage.server.add("alpha")
    request_id, answer = await ask(stage.server, "Good morning", stream=True)
    payload = await payload_of(stage.server, request_id)
    assert payload["response"]["body"] == answer
    assert payload["response"]["size"] == len(answer.encode())
    assert '"stream":true' in payload["request"]["body"].replace(" ", "")
    fields = {field["name"].lower(): field["value"] for field in payload["request"]["fields"]}
    assert fields["x-api-key"] == fields["x-unheard-of"] == "[redacted]"
    kept = everything_in(stage.server.home.directory)
    assert request_id.encode() in kept
    assert SECRET.encode() not in kept
    assert CALLER_KEY.encode() not in kept


async def test_control_may_die_between_the_answer_and_its_filing(stage: Stage) -> None:
    await stage.server.add("alpha")
    request_id, answer = await ask(stage.server, "Before")
    await stage.server.replaced("control", stage.server.signal("control", signal.SIGKILL))
    assert (await payload_of(stage.server, request_id))["response"]["body"] == answer
    await payload_of(stage.server, (await ask(stage.server, "After"))[0])


async def test_the_end_of_a_server_waits_for_what_it_has_in_hand(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with simulated_api([api_account("alpha")]) as upstream:
        async with claudeflare_server(upstream.url, home) as server:
            await server.add("alpha")
            request_id, answer = await ask(server, "Last words")
            assert await server.stop() == 0
        async with claudeflare_server(upstream.url, home) as server:
            found = await server.api.get(f"/api/requests/{request_id}/payload")
            assert found.json()["response"]["body"] == answer


async def test_off_keeps_nothing(tmp_path: Path) -> None:
    async with simulated_api([api_account("alpha")]) as upstream:
        async with claudeflare_server(upstream.url, tmp_path / "home", CLAUDEFLARE_PAYLOADS="off") as server:
            await server.add("alpha")
            request_id, _ = await ask(server, "Unheard")
            await server.record(request_id)
            assert (await server.api.get(f"/api/requests/{request_id}/payload")).status_code == 404
            assert not (server.home.journal / "payloads").exists()
