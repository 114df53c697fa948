from __future__ import annotations

import pytest

from claudeflare.providers.usage import TokenCounts
from harness.rest_api import Api

USAGE = {"input_tokens": 10, "output_tokens": 500, "cache_read_input_tokens": 1_000_000}


async def test_a_request_s_cost_is_split_by_kind_of_token(api: Api) -> None:
    tokens = TokenCounts(input=10, cache_read=1_000_000, output=500)
    api.record("req-1", tokens=tokens, cost=0.51255, model="claude-opus-4-6", usage=USAGE)
    cost = await api.get("/api/requests/req-1/cost")
    assert cost["costUsd"] == pytest.approx(0.51255)
    assert cost["cacheSavedUsd"] == pytest.approx(4.5)
    (part,) = cost["parts"]
    assert part["model"] == "claude-opus-4-6"
    assert [(line["kind"], line["count"], line["unitPrice"]) for line in part["lines"]] == [
        ("input", 10, 5.0),
        ("cache_read", 1_000_000, 0.5),
        ("output", 500, 25.0),
    ]
    assert sum(line["costUsd"] for line in part["lines"]) == pytest.approx(0.51255)


async def test_without_usage_there_is_nothing_to_split(api: Api) -> None:
    api.record("req-2")
    cost = await api.get("/api/requests/req-2/cost")
    assert cost["parts"] == []
    assert cost["cacheSavedUsd"] is None


async def test_there_must_be_such_a_request(api: Api) -> None:
    assert (await api.client.get("/api/requests/nothing/cost")).status_code == 404
