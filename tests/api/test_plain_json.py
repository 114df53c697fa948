from __future__ import annotations

import json

from claudeflare.api.plain_json import json_response
from claudeflare.api.schemas.analytics import Percentiles


def test_names_are_those_of_the_schemas() -> None:
    shape = {"from_": "now", "by_account": [{"cache_write5m_tokens": 1, "ttft": {"p50": 0.5}}], "heat_map": [[1], []]}
    response = json_response(shape)
    assert json.loads(response.body) == {
        "from": "now",
        "byAccount": [{"cacheWrite5mTokens": 1, "ttft": {"p50": 0.5}}],
        "heatMap": [[1], []],
    }
    assert response.media_type == "application/json"


def test_numbers_are_written_as_models_write_them() -> None:
    numbers = {"p50": 0.1 + 0.2, "p95": 1e22, "p99": 3.0}
    assert json.loads(json_response(numbers).body) == Percentiles(**numbers).model_dump()
