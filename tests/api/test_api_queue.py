"""`/api/queue`: what the gateways said of those who wait."""

from __future__ import annotations

import json

from claudeflare.api.queue import queue_resource
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.settings import Settings
from harness.rest_api import Api


async def test_nobody_waits(api: Api) -> None:
    assert await api.get("/api/queue") == {"waiting": 0, "limit": 1024, "maxWaitSeconds": 60.0, "lines": []}


def test_those_who_wait() -> None:
    lines = [WaitingLine(None, "", None, 2, 1.0, None), WaitingLine("team", "opus", "work", 5, 2.0, 3.0)]
    shown = queue_resource(7, lines, Settings(workers=2, queue_limit=10, queue_max_wait=5.0))
    assert json.loads(shown.model_dump_json(by_alias=True)) == {
        "waiting": 7,
        "limit": 20,
        "maxWaitSeconds": 5.0,
        "lines": [
            {
                "clientKey": None, "modelClass": None, "account": None, "count": 2,
                "since": "1970-01-01T00:00:01.000Z", "until": None,
            },
            {
                "clientKey": "team", "modelClass": "opus", "account": "work", "count": 5,
                "since": "1970-01-01T00:00:02.000Z", "until": "1970-01-01T00:00:03.000Z",
            },
        ],
    }  # fmt: skip
