from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

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


async def test_what_can_change_while_running_is_changed_at_once(api: Api) -> None:
    response = await api.client.patch("/api/config", json={"strategy": "headroom", "payloadDays": 3})
    assert response.status_code == 200
    assert response.json()["strategy"] == "headroom"
    assert (await api.get("/api/config/strategy"))["strategy"] == "headroom"
    retention = await api.get("/api/config/retention")
    assert (retention["payloadDays"], retention["requestDays"]) == (3, 365)


@pytest.mark.parametrize("wrong", [{"strategy": "luck"}, {"payloadDays": -1}])
async def test_all_of_it_changes_or_nothing(api: Api, wrong: dict[str, object]) -> None:
    good = {"strategy": "headroom", "payloadDays": 3}
    assert (await api.refused("PATCH", "/api/config", json=good | wrong))[:2] == (400, "invalid_input")
    assert (await api.refused("PATCH", "/api/config", json={"lb_strategy": "headroom"}))[0] == 422
    assert (await api.get("/api/config"))["strategy"] == "session"
    assert (await api.get("/api/config/retention"))["payloadDays"] == 7
