"""`/api/simulate`: recorded requests under other rules."""

from __future__ import annotations

import json
from typing import Any

from claudeflare.providers.usage import TokenCounts
from claudeflare.settings import STRATEGIES
from harness.rest_api import NOW, Api, words

TOKENS = TokenCounts(input=10, cache_read=0, cache_write_5m=40_000, cache_write_1h=0, output=100)
SMALL = {"requests": 1_000, "inputTokens": 60_000, "outputTokens": 100_000}


def record(api: Api, number: int, **fields: Any) -> None:
    given: dict[str, Any] = {
        "started_at": NOW - 600 + number,
        "model": "claude-opus-4-5",
        "session": f"s{number}",
        "duration_ms": 3_000.0,
        "first_byte_ms": 1_000.0,
        "request_bytes": 160_000,
        "tokens": TOKENS,
    }
    api.record(f"cf_{number:024x}", **{**given, **fields})


async def test_the_strategy_in_force_beside_another(api: Api) -> None:
    await api.add("work")
    await api.add("spare", tier=5)
    for number in range(6):
        record(api, number, session="s")
    record(api, 6, path="/v1/models")
    found = await api.post("/api/simulate", {"strategies": ["round-robin"]})
    assert found.keys() == words("since requests leftOut assumed strategies")
    assert (found["requests"], found["leftOut"]) == (6, 1)
    assert found["assumed"][:2] == [
        "spare: no answer has told its limits, so those published for tier build are assumed.",
        "work: no answer has told its limits, so those published for tier start are assumed.",
    ]
    session, in_turn = found["strategies"]
    assert (session["strategy"], in_turn["strategy"]) == ("session", "round-robin")
    assert session.keys() == words(
        "strategy requests clientRateLimits upstreamRateLimits failovers moves waitP50Seconds waitP99Seconds "
        "waitMaxSeconds cacheReadTokens cacheWrittenTokens cacheKept costUsd unpricedRequests accounts"
    )
    assert (session["requests"], session["cacheKept"], session["moves"]) == (6, 1.0, 0)
    assert (in_turn["cacheReadTokens"], in_turn["moves"]) == (4 * 40_000, 5), "each writes it once"
    assert in_turn["costUsd"] > session["costUsd"] > 0
    assert [each["name"] for each in in_turn["accounts"]] == ["spare", "work"]
    assert [each["share"] for each in in_turn["accounts"]] == [0.5, 0.5]


async def test_accounts_that_do_not_exist_and_another_longest_wait(api: Api) -> None:
    for number in range(3):
        record(api, number)
    planned = {"accounts": [{"name": "planned", "limits": SMALL}]}
    found = await api.post("/api/simulate", planned)
    assert found["assumed"][0] == "The accounts and their limits are those that were named."
    (waiting,) = found["strategies"]
    assert waiting["clientRateLimits"] == 0
    assert waiting["waitMaxSeconds"] > 30.0
    found = await api.post("/api/simulate", {**planned, "queueMaxWait": 0})
    assert found["strategies"][0]["clientRateLimits"] == 2
    by_class = {"accounts": [{"name": "planned", "modelLimits": {"opus": SMALL}}], "queueMaxWait": 0}
    assert (await api.post("/api/simulate", by_class))["strategies"][0]["clientRateLimits"] == 2


async def test_who_met_a_limit_counts_as_well_and_that_is_said(api: Api) -> None:
    await api.add("work")
    record(api, 0)
    record(api, 1, status=429, terminal_state="refused", tokens=TokenCounts())
    found = await api.post("/api/simulate", {})
    assert found["requests"] == 2
    assert any(line.startswith("1 request met a limit then") for line in found["assumed"])


async def test_only_since_then(api: Api) -> None:
    await api.add("work")
    record(api, 0, started_at=NOW - 7_200)
    record(api, 1)
    found = await api.post("/api/simulate", {"since": "1h"})
    assert (found["requests"], found["since"]) == (1, "2026-11-18T10:06:40.000Z")


async def test_line_by_line(api: Api) -> None:
    await api.add("work")
    for number in range(3):
        record(api, number)
    headers = {"accept": "application/x-ndjson"}
    wanted = {"strategies": list(STRATEGIES)}
    response = await api.client.post("/api/simulate", json=wanted, headers=headers)
    assert response.headers["content-type"] == "application/x-ndjson"
    *shares, last = [json.loads(line) for line in response.text.splitlines()]
    assert all(0.0 <= each["done"] <= 1.0 for each in shares)
    assert [each["strategy"] for each in last["result"]["strategies"]] == list(STRATEGIES)
    assert last["result"] == await api.post("/api/simulate", wanted)


async def test_what_is_refused(api: Api) -> None:
    status, _, message = await api.refused("POST", "/api/simulate", json={})
    assert (status, message) == (400, "There are no accounts to simulate with: add one, or name some in `accounts`.")
    await api.add("work")
    status, _, message = await api.refused("POST", "/api/simulate", json={"strategies": ["best"]})
    assert status == 400
    assert message.startswith("There is no strategy 'best'; choose one of: session, ")
    assert (await api.refused("POST", "/api/simulate", json={"since": "soon"}))[0] == 400
    status, _, message = await api.refused("POST", "/api/simulate", json={"accounts": [{"name": "a", "tier": 3}]})
    assert status == 400
    assert (await api.refused("POST", "/api/simulate", json={"accounts": [{"name": "a", "wrong": 3}]}))[0] in (400, 422)


async def test_one_at_a_time(api: Api) -> None:
    await api.add("work")
    running = api.services.simulating
    assert running.acquire(blocking=False)
    status, _, message = await api.refused("POST", "/api/simulate", json={})
    assert (status, message) == (409, "Another simulation is running; try again when it has ended.")
    running.release()
    await api.post("/api/simulate", {})
    assert not running.locked()
