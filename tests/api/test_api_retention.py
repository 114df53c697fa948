from __future__ import annotations

from claudeflare.journal.payloads import Payload
from harness.rest_api import NOW, Api

DAY = 86_400


def store(api: Api, request_id: str, age_days: float, body: bytes = b"{}") -> None:
    at = NOW - age_days * DAY
    api.record(request_id, started_at=at)
    api.services.payloads.store([Payload(id=request_id, at=at, part="request", body=body, size=len(body))])


async def test_the_limits_and_what_there_is(api: Api) -> None:
    store(api, "r1", 0.0, b"x" * 5000)
    answer = await api.get("/api/config/retention")
    assert 0 < answer.pop("payloadStoredBytes") < 1000
    assert answer == {
        "payloadDays": 7,
        "requestDays": 365,
        "payloadMaxBytes": 2**31,
        "payloads": 1,
        "payloadBytes": 5000,
    }


async def test_limits_change_while_running(api: Api) -> None:
    for age in (0, 3, 10):
        store(api, f"r{age}", age)
    changed = await api.post("/api/config/retention", {"payloadDays": 2, "requestDays": 5})
    assert (changed["payloadDays"], changed["requestDays"], changed["payloadMaxBytes"]) == (2, 5, 2**31)
    answer = await api.post("/api/maintenance/cleanup")
    assert answer == {"deletedRequests": 1, "deletedPayloads": 2, "done": True}
    assert [each["id"] for each in await api.get("/api/requests")] == ["r0", "r3"]
    assert (await api.get("/api/config/retention"))["payloads"] == 1


async def test_what_is_not_possible_is_refused(api: Api) -> None:
    status, code, message = await api.refused("POST", "/api/config/retention", json={"payloadDays": -1})
    assert (status, code) == (400, "invalid_input")
    assert "allowed: days from 0 to 36500" in message
    for wrong in ({"days": 1}, {"payloadDays": "soon"}):
        assert (await api.refused("POST", "/api/config/retention", json=wrong))[0] == 422
    assert (await api.get("/api/config/retention"))["payloadDays"] == 7
