from __future__ import annotations

from pathlib import Path

import msgspec

from claudeflare.settings import Settings
from harness.rest_api import Api, open_api


async def test_every_setting_shows_with_value_and_source(tmp_path: Path) -> None:
    sources = {"port": "environment PORT", "token": "environment CLAUDEFLARE_TOKEN"}
    async with open_api(tmp_path, sources, port=9000, token="very-secret-token") as api:
        configuration = await api.get("/api/config")
        assert "very-secret-token" not in str(configuration)
    assert configuration["strategy"] == "session"
    settings = {setting["name"]: setting for setting in configuration["settings"]}
    assert [*settings] == [field.name for field in msgspec.structs.fields(Settings)]
    assert settings["port"] == {"name": "port", "value": 9000, "source": "environment PORT"}
    assert settings["token"] == {"name": "token", "value": "set", "source": "environment CLAUDEFLARE_TOKEN"}
    assert settings["database_url"] == {"name": "database_url", "value": None, "source": "default"}
    assert settings["allowed_hosts"]["value"] == []


async def test_the_strategy_can_be_asked_and_set(api: Api) -> None:
    assert await api.get("/api/config/strategy") == {"strategy": "session"}
    assert await api.post("/api/config/strategy", {"strategy": "session"}) == {"strategy": "session"}


async def test_a_strategy_that_does_not_exist_is_refused_with_those_that_do(api: Api) -> None:
    status, code, message = await api.refused("POST", "/api/config/strategy", json={"strategy": "round_robin"})
    assert (status, code) == (400, "invalid_input")
    for name in await api.get("/api/strategies"):
        assert name in message
    assert (await api.refused("POST", "/api/config/strategy", json={}))[0] == 422
