from __future__ import annotations

from claudeflare.settings import STRATEGIES
from harness.rest_api import Api


async def test_strategies_are_a_list_of_names(api: Api) -> None:
    assert await api.get("/api/strategies") == list(STRATEGIES)
