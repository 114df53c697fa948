"""What was sent and answered comes back from a running server: to the byte, and in exports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from stage import QUESTION, Stage

from harness.server import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_commands_write_out_what_was_said(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    raw = await client.messages.with_raw_response.create(**QUESTION)
    request_id, answer = raw.headers["x-claudeflare-request-id"], await raw.text()
    await stage.server.record(request_id, terminalState="complete")

    async def captured() -> Any:
        found = await stage.server.api.get(f"/api/requests/{request_id}/payload")
        return found.is_success and found.json()["request"] and found.json()["response"]

    await eventually(captured, f"the payload of {request_id}")
    cli = stage.server.cli
    asked = (await cli("request", request_id, "--raw", "--part", "request")).json()
    assert asked == QUESTION
    exported = await cli("export", "--since", "1h", "--account", "alpha", "--bodies")
    (row,) = [row for row in map(json.loads, exported.stdout.splitlines()) if row["id"] == request_id]
    assert row["payload"]["response"]["body"] == answer
    table = await cli("export", "--since", "1h", "--format", "csv")
    assert request_id in table.stdout
