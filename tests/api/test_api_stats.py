from __future__ import annotations

import socket
from pathlib import Path

import pytest

from claudeflare.balancing.change import Benched
from claudeflare.gateway.messages import InFlight
from claudeflare.providers.usage import TokenCounts
from harness.gateway_end import GatewayEnd
from harness.rest_api import NOW, Api, open_api
from harness.server import eventually

NOTHING = {"requests": 0, "errors": 0, "totalTokens": 0, "costUsd": None, "cacheSavedUsd": None}
DURATIONS = {"p50": 500.0, "p95": 2000.0, "p99": 2000.0}


async def test_without_requests_averages_are_unknown(api: Api) -> None:
    assert await api.get("/api/stats") == {
        "range": None,
        "totalRequests": 0,
        "successRate": None,
        "activeAccounts": 0,
        "avgResponseTime": None,
        "totalTokens": 0,
        "totalCostUsd": None,
        "unpricedRequests": 0,
        "avgTokensPerSecond": None,
        "topModels": [],
        "duration": None,
        "ttft": None,
        "overhead": None,
        "requestsPerSecond": 0.0,
        "today": NOTHING,
        "yesterday": NOTHING,
        "shedRecords": 0,
        "shedPayloads": 0,
    }


async def test_sums_over_requests(api: Api) -> None:
    streamed = {"streaming": True, "first_byte_ms": 1000.0, "duration_ms": 2000.0, "model": "opus"}
    api.record("r1", tokens=TokenCounts(input=10, output=100), cost=0.1, **streamed)
    api.record("r2", tokens=TokenCounts(input=1, cache_read=5, output=300), cost=0.2, **streamed)
    api.record("r3", model="haiku", status=500, duration_ms=500.0)
    api.record("r4", model="other", tokens=TokenCounts(output=1), duration_ms=500.0)
    stats = await api.get("/api/stats")
    assert stats["totalCostUsd"] == pytest.approx(0.3)
    assert stats | {"totalCostUsd": None} == {
        "range": None,
        "totalRequests": 4,
        "successRate": 75.0,
        "activeAccounts": 0,
        "avgResponseTime": 1250.0,
        "totalTokens": 417,
        "totalCostUsd": None,
        "unpricedRequests": 1,
        "avgTokensPerSecond": 200.0,
        "topModels": [{"model": "opus", "count": 2}, {"model": "haiku", "count": 1}, {"model": "other", "count": 1}],
        "duration": {name: pytest.approx(value, rel=0.05) for name, value in DURATIONS.items()},
        "ttft": None,
        "overhead": {"p50": 0.001, "p95": 0.001, "p99": 0.001},
        "requestsPerSecond": 0.0,
        "today": {"requests": 4, "errors": 1, "totalTokens": 417, "costUsd": 0.3, "cacheSavedUsd": 0.0},
        "yesterday": NOTHING,
        "shedRecords": 0,
        "shedPayloads": 0,
    }


async def test_records_that_could_not_be_written_count_whatever_the_range(api: Api) -> None:
    api.services.requests.write_batch(opened=[], finished=[], changed=[], shed={"boot-0": 2, "boot-1": 1})
    assert (await api.get("/api/stats"))["shedRecords"] == 3
    await api.post("/api/stats/reset")
    assert (await api.get("/api/stats?range=1h"))["shedRecords"] == 3


async def test_what_a_gateway_says_and_its_journal_repeats_counts_once(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api:
        ours, theirs = socket.socketpair()
        gateway = GatewayEnd(ours)
        api.control.gateways.add_link(0, theirs.detach())
        await gateway.greeted(0)
        await gateway.send(InFlight({}, open_connections=0, shed_records=4))
        await eventually(lambda: _shed(api), "the gateway to be heard")
        api.services.requests.write_batch(opened=[], finished=[], changed=[], shed={"boot-0-0": 3, "older-0": 1})
        assert await _shed(api) == 5
        gateway.close()


async def test_payloads_that_could_not_be_written_count_since_the_server_began(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api:
        assert (await api.get("/api/stats"))["shedPayloads"] == 0
        ours, theirs = socket.socketpair()
        gateway = GatewayEnd(ours)
        api.control.gateways.add_link(0, theirs.detach())
        await gateway.greeted(0)
        await gateway.send(InFlight({}, open_connections=0, shed_payloads=4))

        async def told() -> bool:
            return bool((await api.get("/api/stats?range=1h"))["shedPayloads"] == 4)

        await eventually(told, "the gateway to be heard")
        gateway.close()


async def _shed(api: Api) -> int:
    return int((await api.get("/api/stats"))["shedRecords"])


async def test_a_range_looks_back_from_now(api: Api) -> None:
    api.record("old", started_at=NOW - 3700)
    api.record("new", started_at=NOW - 3500)
    last_hour = await api.get("/api/stats?range=1h")
    assert (last_hour["range"], last_hour["totalRequests"]) == ("1h", 1)
    assert (await api.get("/api/stats?range=7d"))["totalRequests"] == 2


async def test_a_range_that_is_none_is_refused(api: Api) -> None:
    assert (await api.refused("GET", "/api/stats?range=always"))[:2] == (400, "invalid_input")


async def test_accounts_that_can_take_requests_are_active(api: Api) -> None:
    for name in ("free", "paused", "limited", "partly"):
        await api.add(name)
    await api.post("/api/accounts/paused/pause")
    ids = {account["name"]: account["id"] for account in await api.get("/api/accounts")}
    benches = [Benched(ids["limited"], "", NOW + 60, "window"), Benched(ids["partly"], "opus", NOW + 60, "window")]
    api.services.gateways.changes_made(benches)
    assert (await api.get("/api/stats"))["activeAccounts"] == 2


async def test_reset_counts_from_now_on_and_keeps_records(api: Api) -> None:
    api.record("before", started_at=NOW - 1)
    assert await api.post("/api/stats/reset") == {"reset": True, "since": "2026-11-18T11:06:40.000Z"}
    api.record("after", started_at=NOW + 1)
    assert (await api.get("/api/stats"))["totalRequests"] == 1
    assert (await api.get("/api/stats?range=24h"))["totalRequests"] == 1
    assert len(await api.get("/api/requests")) == 2


async def test_today_is_a_day_of_the_zone(api: Api) -> None:
    api.record("now", model="opus")
    api.record("before", model="opus", started_at=NOW - 12 * 3600)
    # 11:06 in UTC: the other began yesterday there, and today in Honolulu, where it is 01:06.
    stats = await api.get("/api/stats?range=1h")
    assert (stats["today"]["requests"], stats["yesterday"]["requests"]) == (1, 1)
    stats = await api.get("/api/stats?tz=America/Los_Angeles")
    assert (stats["today"]["requests"], stats["yesterday"]["requests"]) == (1, 1)
    stats = await api.get("/api/stats?tz=Pacific/Auckland")
    assert (stats["today"]["requests"], stats["yesterday"]["requests"]) == (1, 1)
    assert (await api.refused("GET", "/api/stats?tz=Nowhere"))[:2] == (400, "invalid_input")


async def test_the_rate_of_now_is_that_of_the_last_minute_that_is_over(api: Api) -> None:
    for number in range(6):
        api.record(f"r{number}", started_at=NOW - 45 - number)
    api.record("running minute", started_at=NOW - 1)
    assert (await api.get("/api/stats"))["requestsPerSecond"] == 0.1


async def test_percentiles_follow_range_and_reset(api: Api) -> None:
    api.record("old", started_at=NOW - 7200, duration_ms=9000.0)
    api.record("new", started_at=NOW - 60, duration_ms=100.0)
    assert (await api.get("/api/stats"))["duration"]["p99"] == pytest.approx(9000, rel=0.05)
    assert (await api.get("/api/stats?range=1h"))["duration"]["p99"] == pytest.approx(100, rel=0.05)
    await api.post("/api/stats/reset")
    assert (await api.get("/api/stats?range=1h"))["duration"] is None
