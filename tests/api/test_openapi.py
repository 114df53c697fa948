from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

from claudeflare.api.openapi import description
from harness.rest_api import Api


def printed(seed: int) -> bytes:
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    return subprocess.run(
        [sys.executable, "-m", "claudeflare.api.openapi"], check=True, capture_output=True, env=environment
    ).stdout


def operations() -> list[dict[str, Any]]:
    paths = json.loads(description())["paths"]
    return [operation for each in paths.values() for operation in each.values()]


def test_it_is_the_same_wherever_it_is_made() -> None:
    assert printed(1) == printed(2) == description().encode()


async def test_it_is_what_the_server_answers(api: Api) -> None:
    assert await api.get("/api/openapi.json") == json.loads(description())


def test_programs_find_a_name_and_people_a_description_for_every_route() -> None:
    names = Counter(operation["operationId"] for operation in operations())
    assert max(names.values()) == 1
    assert all(operation["description"] for operation in operations())


def test_every_route_can_answer_an_error_and_describes_it() -> None:
    for operation in operations():
        for status in ("4XX", "5XX"):
            shape = operation["responses"][status]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Error"}
        assert "422" not in operation["responses"]


def test_the_data_of_events_is_described_too() -> None:
    shapes = json.loads(description())["components"]["schemas"]
    assert {"RequestActivity", "OpenedRequest", "AccountGauges", "AccountRemoved", "Happening", "LogLine"} <= set(
        shapes
    )
    assert list(shapes) == sorted(shapes)
    assert "openedCount" in shapes["RequestActivity"]["required"]
