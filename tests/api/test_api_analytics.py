"""`/api/analytics` over records that are really stored, folded or not."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.api.schemas.analytics import AnalyticsResource
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.accounts import NewAccount
from harness.rest_api import NOW, Api

HOUR = 3600.0
TOKENS = TokenCounts(input=100, cache_write_5m=50, cache_write_1h=0, cache_read=850, output=40, thinking=10)


def fill(api: Api) -> None:
    """Four requests of the last hours, and one of the day before."""
    work = api.services.accounts.add(NewAccount(name="work"), now=1.0).account.id
    usual: dict[str, Any] = {"account_id": work, "account": "work", "model": "opus", "client_key": "ann"}
    code = {"user_agent": "claude-cli/2.1 (external, cli)", "streaming": True}
    times = {"duration_ms": 2000.0, "first_byte_ms": 400.0, "first_content_ms": 500.0, "overhead_ms": 0.2}
    api.record("r1", started_at=NOW - 60, tokens=TOKENS, cost=0.25, **usual, **code, **times)
    api.record("r2", started_at=NOW - 2 * HOUR, tokens=TOKENS, cost=0.5, **usual, **code, **times, agent_id="a1")
    failed = {"status": 529, "error_type": "overloaded_error", "duration_ms": 100.0, "queued_ms": 50.0}
    api.record("r3", started_at=NOW - 3 * HOUR, model="haiku", **failed)
    api.record("r4", started_at=NOW - 4 * HOUR, model="opus", account_id="gone", account="old", tokens=TOKENS)
    api.record("r5", started_at=NOW - 30 * HOUR, tokens=TOKENS, cost=1.0, **usual)


@pytest.fixture(params=["as written", "folded"])
def filled(api: Api, request: pytest.FixtureRequest) -> Api:
    fill(api)
    if request.param == "folded":
        while api.services.rollups.fold(NOW + 2 * HOUR):
            pass
    return api


async def test_totals_and_the_time_before(filled: Api) -> None:
    answer = await filled.get("/api/analytics")
    totals = answer["totals"]
    assert (totals["requests"], totals["successes"], totals["errors"], totals["successRate"]) == (4, 3, 1, 0.75)
    assert (totals["inputTokens"], totals["cacheReadTokens"], totals["cacheWrite5mTokens"]) == (300, 2550, 150)
    assert (totals["outputTokens"], totals["thinkingTokens"], totals["totalTokens"]) == (120, 30, 3120)
    assert (totals["costUsd"], totals["unpricedRequests"], totals["cacheHitRate"]) == (0.75, 1, 0.85)
    assert (totals["waits"], totals["tokensPerSecond"]) == (1, 80 / 3.2)
    assert totals["duration"]["p50"] == pytest.approx(100, rel=0.05)
    assert totals["ttft"] == {name: pytest.approx(500, rel=0.05) for name in ("p50", "p95", "p99")}
    assert totals["queued"]["p50"] == pytest.approx(50, rel=0.05)
    assert (answer["previous"]["requests"], answer["previous"]["costUsd"]) == (1, 1.0)


async def test_points_are_of_the_range_and_nothing_else(filled: Api) -> None:
    answer = await filled.get("/api/analytics?range=6h")
    assert (answer["bucketSeconds"], len(answer["points"])) == (300, 72)
    assert answer["from"] == answer["points"][0]["at"] == "2026-11-18T05:10:00.000Z"
    assert answer["to"] == "2026-11-18T11:06:40.000Z"
    used = {point["at"][11:16]: point["requests"] for point in answer["points"] if point["requests"]}
    assert used == {"11:05": 1, "09:05": 1, "08:05": 1, "07:05": 1}
    assert answer["points"][0]["duration"] is None
    assert sum(map(sum, answer["heatMap"])) == 4
    assert answer["heatMap"][2][7:12] == [1, 1, 1, 0, 1]


async def test_cumulative_points_add_up(filled: Api) -> None:
    answer = await filled.get("/api/analytics?range=24h&mode=cumulative")
    counts = [point["requests"] for point in answer["points"]]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1], answer["points"][-1]["costUsd"]) == (0, 4, 0.75)
    assert answer["totals"]["requests"] == 4


async def test_what_the_figures_consist_of(filled: Api) -> None:
    answer = await filled.get("/api/analytics")

    def of(name: str, *fields: str) -> list[tuple[Any, ...]]:
        return [tuple(each[field] for field in (*fields, "requests")) for each in answer[name]]

    assert of("byAccount", "account") == [("work", 2), (None, 1), ("old", 1)]
    assert of("byModel", "model") == [("opus", 3), ("haiku", 1)]
    assert sorted(of("byClientKey", "clientKey"), key=str) == [("ann", 2), (None, 2)]
    assert of("byStatus", "statusCode", "terminalState") == [(200, "complete", 3), (529, "complete", 1)]
    assert of("byError", "errorType") == [("overloaded_error", 1)]
    assert sorted(of("byAgent", "agent"), key=str) == [("claude-code sub-agent", 1), ("claude-code", 1), (None, 2)]


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        ("accounts=work", 2),
        ("accounts=WORK,old", 3),
        ("accounts=gone", 1),
        ("accounts=nobody", 0),
        ("models=opus", 3),
        ("models=opus,haiku", 4),
        ("keys=ann", 2),
        ("status=success", 3),
        ("status=error", 1),
        ("status=529", 1),
        ("status=5xx", 1),
        ("status=2xx", 3),
        ("status=complete", 4),
        ("status=truncated", 0),
        ("accounts=work&models=opus&keys=ann&status=success", 2),
        ("accounts=work&models=haiku", 0),
        ("models=haiku&status=5xx", 1),
    ],
)
async def test_choices(filled: Api, query: str, requests: int) -> None:
    answer = await filled.get(f"/api/analytics?{query}")
    assert answer["totals"]["requests"] == requests
    assert sum(point["requests"] for point in answer["points"]) == requests
    for name in ("byAccount", "byModel", "byClientKey", "byStatus", "byAgent"):
        assert sum(each["requests"] for each in answer[name]) == requests
    assert sum(map(sum, answer["heatMap"])) == requests


@pytest.mark.parametrize(
    ("query", "start", "end", "seconds", "requests"),
    [
        ("from=2026-11-17T00:00:00Z&to=2026-11-18T08:00:00Z", "2026-11-17T00:00", "2026-11-18T08:00", 900, 2),
        ("from=2026-11-18T07:00:00Z", "2026-11-18T07:00", "2026-11-18T11:06", 60, 4),
        ("from=2026-11-18T12:45:00&tz=Asia/Kathmandu", "2026-11-18T07:00", "2026-11-18T11:06", 60, 4),
        ("from=1794960000000&to=2030-01-01", "2026-11-18T00:00", "2026-11-18T11:06", 300, 4),
        ("range=90d&tz=Europe/Berlin", "2026-08-20T22:00", "2026-11-18T11:06", 86400, 5),
        ("range=30d&tz=Asia/Kathmandu", "2026-10-19T12:15", "2026-11-18T11:06", 10800, 5),
    ],
)
async def test_ranges(filled: Api, query: str, start: str, end: str, seconds: int, requests: int) -> None:
    answer = await filled.get(f"/api/analytics?{query}")
    assert (answer["from"][:16], answer["to"][:16]) == (start, end)
    assert (answer["bucketSeconds"], answer["totals"]["requests"]) == (seconds, requests)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("range=soon", "is not a span of time"),
        ("range=900d", "at most 400 days"),
        ("range=24h&from=2026-11-18", "either `range`, or"),
        ("to=2026-11-18", "needs a `from`"),
        ("from=2026-11-18&to=2026-11-17", "before `to`"),
        ("from=2026-11-19", "before `to`"),
        ("from=1969-01-01&to=1969-01-02", "before 1970"),
        ("from=9999-12-31T23:59:59-14:00", "before `to`"),
        ("from=0001-01-01T00:00:00%2B14:00", ""),
        ("from=today", "is not a time"),
        ("tz=Mars/Phobos", "no time zone"),
        ("tz=../etc/passwd", "no time zone"),
        ("tz=America", "no time zone"),
        ("tz=", "no time zone"),
        ("status=fine", "no status"),
    ],
)
async def test_what_cannot_be_answered_says_why(api: Api, query: str, message: str) -> None:
    status, code, error = await api.refused("GET", f"/api/analytics?{query}")
    assert (status, code) == (400, "invalid_input")
    assert message in error


async def test_an_unknown_mode_is_refused(api: Api) -> None:
    assert (await api.refused("GET", "/api/analytics?mode=sideways"))[0] in (400, 422)


async def test_what_is_not_counted_yet_is_said(filled: Api) -> None:
    assert (await filled.get("/api/analytics"))["countedFrom"] is None
    filled.services.rollups.count_anew()
    # All that began after the first midnight is to be counted again.
    assert (await filled.get("/api/analytics"))["countedFrom"] == "2026-11-18T11:06:40.000Z"
    while filled.services.rollups.recount():
        pass
    answer = await filled.get("/api/analytics")
    assert (answer["countedFrom"], answer["totals"]["requests"]) == (None, 4)


async def test_an_answer_is_what_its_schema_says(filled: Api) -> None:
    for query in ("", "?range=30d", "?status=error", "?mode=cumulative", "?accounts=work"):
        answer = await filled.get(f"/api/analytics{query}")
        assert AnalyticsResource.model_validate(answer, strict=True).model_dump(by_alias=True, mode="json") == answer


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"])
async def test_points_of_days_have_the_percentiles_of_the_whole(filled: Api, tz: str) -> None:
    answer = await filled.get(f"/api/analytics?range=300d&tz={tz}")
    known = [point["duration"] for point in answer["points"] if point["duration"]]
    assert (answer["bucketSeconds"], answer["totals"]["requests"], len(known)) == (86400, 5, 2)
    assert max(each["p99"] for each in known) == answer["totals"]["duration"]["p99"]
    assert sum(map(sum, answer["heatMap"])) == 5
