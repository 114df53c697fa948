from __future__ import annotations

import pytest

from claudeflare.client.analytics import Analytics, Figures, Point, Retention
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.errors import InvalidInput
from claudeflare.settings_sources import LoadedSettings


async def test_every_field_the_types_name_is_answered(loaded: LoadedSettings, in_process: OpenControl) -> None:
    async with connect(Target(loaded), in_process) as client:
        found = await client.analytics({"range": "24h", "tz": "Europe/Berlin"})
        kept = await client.retention()
    assert found.keys() == Analytics.__annotations__.keys()
    assert found["points"][0].keys() == Point.__annotations__.keys()
    assert found["totals"].keys() == Figures.__annotations__.keys()
    assert kept.keys() == Retention.__annotations__.keys()
    assert found["tz"] == "Europe/Berlin"


async def test_what_the_server_refuses(loaded: LoadedSettings, in_process: OpenControl) -> None:
    async with connect(Target(loaded), in_process) as client:
        with pytest.raises(InvalidInput, match="no time zone"):
            await client.analytics({"tz": "Nowhere/AtAll"})
