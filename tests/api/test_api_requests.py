from __future__ import annotations

import pytest

from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from harness.rest_api import NOW, Api, words

NAMED = words(
    """id timestamp method path accountUsed statusCode success terminalState errorMessage responseTimeMs ttftMs
    overheadMs queuedMs failoverAttempts triedAccounts sessionId clientKey model inputTokens cacheReadInputTokens
    cacheCreationInputTokens cacheCreation5mTokens cacheCreation1hTokens outputTokens costUsd tokensPerSecond
    stopReason"""
)
FURTHER = words(
    """accountId agent agentId client userAgent policy servedModel streaming firstByteMs errorType requestBytes
    responseBytes usageEstimated priceVersion"""
)
DETAILS = words(
    """query organizationId parentAgentId messageId upstreamRequestId contentEncoding prefixHash wouldRefuse
    usage attempts picks"""
)
USAGE = {"input_tokens": 10, "output_tokens": 500}
TOKENS = TokenCounts(input=10, cache_write_5m=2000, cache_write_1h=0, cache_read=90_000, output=500)
ATTEMPTS = [
    Attempt(
        account_id="a1",
        account="work",
        started_ms=0.5,
        connected_ms=20.0,
        first_byte_ms=90.0,
        ended_ms=91.0,
        status=429,
        outcome="rate_limited",
        message="input tokens per minute",
        next_step="another",
        upstream_request_id="req_1",
        error_body=b'{"type":"error"}\xff',
    ),
    Attempt(account_id="a2", account="spare", started_ms=92.0, status=200, outcome="served", next_step="relay"),
]
PICKS = [
    Pick(
        "session",
        "the session was bound to work",
        (Candidate(account="work", score=1.5, chosen=True), Candidate(account="tired", out="paused", until=NOW + 60)),
    ),
    Pick("session", "work was tried already; spare has the most headroom", (Candidate(account="spare", chosen=True),)),
]


def record_served(api: Api) -> None:
    """A request that was limited at work and served by spare."""
    api.record(
        "req-served",
        tokens=TOKENS,
        cost=0.123456789,
        query="beta=true",
        client_key="laptop",
        session="s1",
        model="claude-opus-5",
        served_model="claude-opus-5-20260901",
        streaming=True,
        account_id="a2",
        account="spare",
        policy="session",
        attempts=ATTEMPTS,
        picks=PICKS,
        duration_ms=3000.0,
        first_byte_ms=500.0,
        first_content_ms=600.5,
        queued_ms=1.0,
        overhead_ms=0.75,
        usage=USAGE,
        stop_reason="end_turn",
        organization_id="org",
    )


async def test_a_line_of_the_list_has_every_field(api: Api) -> None:
    record_served(api)
    (line,) = await api.get("/api/requests")
    assert set(line) == NAMED | FURTHER
    assert {name: line[name] for name in NAMED} == {
        "id": "req-served",
        "timestamp": "2026-11-18T11:06:40.000Z",
        "method": "POST",
        "path": "/v1/messages",
        "accountUsed": "spare",
        "statusCode": 200,
        "success": True,
        "terminalState": "complete",
        "errorMessage": None,
        "responseTimeMs": 3000.0,
        "ttftMs": 600.5,
        "overheadMs": 0.75,
        "queuedMs": 1.0,
        "failoverAttempts": 1,
        "triedAccounts": ["work"],
        "sessionId": "s1",
        "clientKey": "laptop",
        "model": "claude-opus-5",
        "inputTokens": 10,
        "cacheReadInputTokens": 90_000,
        "cacheCreationInputTokens": 2000,
        "cacheCreation5mTokens": 2000,
        "cacheCreation1hTokens": 0,
        "outputTokens": 500,
        "costUsd": 0.123456789,
        "tokensPerSecond": 200.0,
        "stopReason": "end_turn",
    }


async def test_what_is_not_known_is_null_and_there(api: Api) -> None:
    api.record("r1", status=400, terminal_state="refused", error_message="no")
    (line,) = await api.get("/api/requests")
    assert set(line) == NAMED | FURTHER
    unknown = {name for name, value in line.items() if value is None}
    assert {"costUsd", "inputTokens", "cacheCreationInputTokens", "tokensPerSecond", "ttftMs", "accountUsed"} <= unknown
    assert (line["success"], line["errorMessage"]) == (False, "no")


async def test_the_list_pages_to_its_end_without_doubles(api: Api) -> None:
    for number in range(7):
        api.record(f"r{number}", started_at=NOW + number // 2)
    seen, cursor = [], None
    for _ in range(10):
        response = await api.client.get("/api/requests", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))
        seen.append([line["id"] for line in response.json()])
        cursor = response.headers.get("x-next-cursor")
        if cursor is None:
            break
    assert seen == [["r6", "r5", "r4"], ["r3", "r2", "r1"], ["r0"]]


async def test_a_page_of_any_length_may_be_asked_for(api: Api) -> None:
    api.record("r1")
    response = await api.client.get("/api/requests?limit=1000000")
    assert response.status_code == 200
    assert "x-next-cursor" not in response.headers


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("account=work", ["r1"]),
        ("account=WORK", ["r1"]),
        ("model=claude-haiku", ["r2"]),
        ("session=s3", ["r3"]),
        ("clientKey=phone", ["r3"]),
        ("status=429", ["r2"]),
        ("status=4xx", ["r2"]),
        ("status=error", ["r3", "r2"]),
        ("status=truncated", ["r3"]),
        ("status=success", ["r1"]),
        ("since=90s", ["r3", "r2"]),
        ("since=2026-11-18T11:06:40Z", ["r3"]),
        ("until=2026-11-18T11:06:40Z", ["r2", "r1"]),
        ("since=90s&status=429", ["r2"]),
        ("account=nobody", []),
    ],
)
async def test_filters_narrow(api: Api, query: str, ids: list[str]) -> None:
    account_id = (await api.add("work"))["id"]
    api.record("r1", started_at=NOW - 100, account_id=account_id, account="work")
    api.record("r2", started_at=NOW - 10, model="claude-haiku", status=429)
    api.record("r3", started_at=NOW, session="s3", client_key="phone", terminal_state="truncated")
    assert [line["id"] for line in await api.get(f"/api/requests?{query}")] == ids


@pytest.mark.parametrize(
    "query", ["cursor=nonsense", "status=odd", "since=yesterday", "until=never", "limit=0", "limit=-1"]
)
async def test_a_query_that_means_nothing_is_refused(api: Api, query: str) -> None:
    assert (await api.refused("GET", f"/api/requests?{query}"))[:2] == (400, "invalid_input")


async def test_the_details_of_one_request(api: Api) -> None:
    record_served(api)
    (line,) = await api.get("/api/requests")
    detail = await api.get("/api/requests/req-served")
    assert set(detail) == NAMED | FURTHER | DETAILS
    assert {name: detail[name] for name in line} == line
    assert (detail["query"], detail["usage"], detail["organizationId"]) == ("beta=true", USAGE, "org")
    assert detail["attempts"][0] == {
        "account": "work",
        "accountId": "a1",
        "startedMs": 0.5,
        "connectedMs": 20.0,
        "firstByteMs": 90.0,
        "endedMs": 91.0,
        "status": 429,
        "outcome": "rate_limited",
        "message": "input tokens per minute",
        "nextStep": "another",
        "upstreamRequestId": "req_1",
        "errorBody": '{"type":"error"}�',
        "maybeBilled": False,
    }
    assert detail["picks"][0] == {
        "policy": "session",
        "why": "the session was bound to work",
        "candidates": [
            {"account": "work", "score": 1.5, "out": None, "until": None, "chosen": True},
            {"account": "tired", "score": None, "out": "paused", "until": "2026-11-18T11:07:40.000Z", "chosen": False},
        ],
    }


async def test_the_explanation_tells_picks_and_attempts_in_order(api: Api) -> None:
    record_served(api)
    told = await api.get("/api/requests/req-served/explain")
    assert set(told) == words("id timestamp policy accountUsed statusCode terminalState errorMessage steps")
    assert [step["text"] for step in told["steps"]] == [
        "the session was bound to work",
        "work: rate limited (429): input tokens per minute; then another",
        "work was tried already; spare has the most headroom",
        "spare: served (200); then relay",
    ]
    assert [(step["pick"] is None, step["attempt"] is None) for step in told["steps"]] == [
        (False, True),
        (True, False),
    ] * 2


async def test_an_unknown_request_is_not_found(api: Api) -> None:
    for path in ("/api/requests/nothing", "/api/requests/nothing/explain"):
        assert (await api.refused("GET", path))[:2] == (404, "not_found")
