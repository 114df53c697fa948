from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claudeflare.client.client import Client
from claudeflare.client.imports import ImportMethods
from claudeflare.errors import Conflict, InvalidInput
from harness.ccflare_files import number_id
from harness.rest_api import open_api

ROW: dict[str, Any] = {
    "id": number_id(1),
    "timestamp": "2026-11-17T09:00:00Z",
    "method": "POST",
    "path": "/v1/messages",
    "statusCode": 200,
    "terminalState": "complete",
}
ACCOUNT = {"id": number_id(2), "name": "work", "mode": "api-key", "apiKey": "sk-ant-api03-k"}


async def test_both_routes(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api:
        client: ImportMethods = Client(api.client, where="here", token_source="the test")
        assert await client.import_requests("ccflare", [ROW]) == {"added": 1, "known": 0, "tooOld": 0}
        with pytest.raises(InvalidInput, match="statusCode"):
            await client.import_requests("ccflare", [ROW | {"statusCode": 0}])
        assert (await client.import_account(ACCOUNT))["id"] == number_id(2)
        with pytest.raises(Conflict, match="was imported before"):
            await client.import_account(ACCOUNT)
