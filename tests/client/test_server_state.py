from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from claudeflare.client.client import Client
from harness.rest_api import Api, open_api


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


async def test_how_it_stands(api: Api) -> None:
    client = Client(api.client, where="here", token_source="the test")
    assert (await client.diagnosis())["workers"] == {"configured": 1, "connected": 0}


async def test_keys(api: Api) -> None:
    client = Client(api.client, where="here", token_source="the test")
    before = await client.secrets()
    rotated = await client.rotate_key()
    assert rotated["newKey"] is True
    assert (await client.secrets())["keys"][0]["id"] == rotated["keyId"] != before["keys"][0]["id"]
    assert (await client.forget_keys())["forgottenKeys"] == [before["keys"][0]["id"]]
