"""The examples of the REST API: sent to a real server with some data on it.

`PYTHONPATH=tests python -m harness.api_examples` sends them all and writes what was answered into
`src/claudeflare/api/examples.json`, where it has another shape than what is written there. A new route needs a line in
REQUESTS.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec

import claudeflare.api
from claudeflare.api.examples import Example, examples
from claudeflare.balancing.change import Benched
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.home import Home
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep
from claudeflare.storage.records import PricedRequest
from harness.data_directory import NOW
from harness.events import Watched, watched
from harness.live_batches import Batch, begun, ended
from harness.log_lines import write

FILE = Path(claudeflare.api.__file__).with_name("examples.json")
REQUEST = "req_01HZY3"
SHOWN_ONCE = {"key", "token"}
"""Fields of answers that nobody should write down."""
LIST_SHOWN = 2
"""Of longer lists that are written down only this many."""


class Sent(NamedTuple):
    """One request to send. `$token` and `$session` stand for what only the server knows."""

    route: str
    path: str
    body: Any = None


REQUESTS = [
    Sent("POST /api/accounts", "/api/accounts", {"name": "work", "apiKey": "sk-ant-api03-example", "tier": 5}),
    Sent("GET /api/accounts", "/api/accounts"),
    Sent("GET /api/accounts/{account}", "/api/accounts/work"),
    Sent("GET /api/accounts/{account}/limits", "/api/accounts/spare/limits?range=5m"),
    Sent("PATCH /api/accounts/{account}", "/api/accounts/work", {"priority": 1, "reserve": 0.9}),
    Sent("POST /api/accounts/{account}/pause", "/api/accounts/spare/pause"),
    Sent("POST /api/accounts/{account}/resume", "/api/accounts/spare/resume"),
    Sent("POST /api/accounts/{account}/tier", "/api/accounts/spare/tier", {"tier": 20}),
    Sent("POST /api/accounts/{account}/clear-limit", "/api/accounts/spare/clear-limit"),
    Sent("POST /api/accounts/{account}/rename", "/api/accounts/spare/rename", {"name": "office"}),
    Sent("POST /api/accounts/{account}/login", "/api/accounts/office/login", {"apiKey": "sk-ant-api03-another"}),
    Sent("POST /api/accounts/{account}/refresh", "/api/accounts/office/refresh"),
    Sent("DELETE /api/accounts/{account}", "/api/accounts/office", {"confirm": "office"}),
    Sent("GET /api/oauth/terms", "/api/oauth/terms"),
    Sent("POST /api/oauth/init", "/api/oauth/init", {"name": "home", "mode": "max", "tier": 5, "acceptTerms": True}),
    Sent("POST /api/oauth/callback", "/api/oauth/callback", {"sessionId": "gone", "code": "code#state"}),
    Sent("GET /api/requests", "/api/requests?limit=1&status=success"),
    Sent("GET /api/requests/{request_id}", f"/api/requests/{REQUEST}"),
    Sent("GET /api/requests/{request_id}/explain", f"/api/requests/{REQUEST}/explain"),
    Sent("GET /api/requests/{request_id}/cost", f"/api/requests/{REQUEST}/cost"),
    Sent("GET /api/requests/{request_id}/payload", f"/api/requests/{REQUEST}/payload"),
    Sent("GET /api/requests/stream", "/api/requests/stream?status=success"),
    Sent("GET /api/events", "/api/events?include=requests"),
    Sent("GET /api/events/history", "/api/events/history"),
    Sent("GET /api/stats", "/api/stats?range=24h"),
    Sent("GET /api/analytics", "/api/analytics?range=24h"),
    Sent("POST /api/stats/reset", "/api/stats/reset"),
    Sent("GET /api/queue", "/api/queue"),
    Sent("GET /api/glance", "/api/glance?session=s-1"),
    Sent("GET /api/strategies", "/api/strategies"),
    Sent("GET /api/config", "/api/config"),
    Sent("PATCH /api/config", "/api/config", {"strategy": "headroom", "payloadDays": 14}),
    Sent("GET /api/config/strategy", "/api/config/strategy"),
    Sent("POST /api/config/strategy", "/api/config/strategy", {"strategy": "session"}),
    Sent("GET /api/config/retention", "/api/config/retention"),
    Sent("POST /api/config/retention", "/api/config/retention", {"payloadDays": 7}),
    Sent("POST /api/simulate", "/api/simulate", {"strategies": ["round-robin"], "since": "1d"}),
    Sent("POST /api/keys", "/api/keys", {"name": "laptop", "perDay": 5.0, "requestsPerMinute": 60}),
    Sent("GET /api/keys", "/api/keys"),
    Sent("GET /api/keys/{key}", "/api/keys/laptop"),
    Sent("PATCH /api/keys/{key}", "/api/keys/laptop", {"perDay": 10.0}),
    Sent("DELETE /api/keys/{key}", "/api/keys/laptop"),
    Sent(
        "POST /api/import/accounts",
        "/api/import/accounts",
        {
            "id": "5f0c9c1e-6a0f-4a52-9d1c-0c6c1d7a3b11",
            "name": "desk",
            "apiKey": "sk-ant-api03-example",
            "tier": 5,
            "paused": True,
        },
    ),
    Sent(
        "POST /api/import/requests",
        "/api/import/requests",
        {
            "source": "ccflare",
            "requests": [
                {
                    "id": "0b8f4f0e-3c55-4b0e-8f0b-2f6f3f6d9a01",
                    "timestamp": "2026-11-20T09:30:00Z",
                    "method": "POST",
                    "path": "/v1/messages",
                    "accountId": "5f0c9c1e-6a0f-4a52-9d1c-0c6c1d7a3b11",
                    "accountUsed": "desk",
                    "statusCode": 200,
                    "terminalState": "complete",
                    "responseTimeMs": 2150,
                    "model": "claude-opus-4-6",
                    "inputTokens": 12,
                    "outputTokens": 320,
                    "costUsd": 0.0081,
                }
            ],
        },
    ),
    Sent("GET /api/logs/history", "/api/logs/history?limit=2&level=info"),
    Sent("GET /api/logs/stream", "/api/logs/stream?level=info"),
    Sent("POST /api/maintenance/cleanup", "/api/maintenance/cleanup"),
    Sent("POST /api/maintenance/compact", "/api/maintenance/compact"),
    Sent("GET /api/maintenance/analysis", "/api/maintenance/analysis?plans=true"),
    Sent("POST /api/maintenance/clear-history", "/api/maintenance/clear-history", {"before": "30d"}),
    Sent("GET /api/secrets", "/api/secrets"),
    Sent("POST /api/secrets/rotate", "/api/secrets/rotate"),
    Sent("POST /api/secrets/forget", "/api/secrets/forget"),
    Sent("GET /api/audit", "/api/audit?limit=1"),
    Sent("GET /api/diagnosis", "/api/diagnosis"),
    Sent("GET /metrics", "/metrics"),
    Sent("POST /api/sign-in/link", "/api/sign-in/link"),
    Sent("POST /api/sign-in", "/api/sign-in", {"token": "$token"}),
    Sent("GET /api/session", "/api/session"),
    Sent("GET /api/sessions", "/api/sessions"),
    Sent("DELETE /api/sessions/{session}", "/api/sessions/$session"),
    Sent("POST /api/sign-out", "/api/sign-out"),
    Sent("POST /api/token/rotate", "/api/token/rotate"),
]


@asynccontextmanager
async def seeded(home: Path) -> AsyncIterator[Watched]:
    """A server with an account that is limited, a request that was moved, and both its bodies."""
    async with watched(home, oauth_client_id="example-client") as server:
        spare = await server.call("POST", "/api/accounts", {"name": "spare", "apiKey": "sk-ant-api03-spare"})
        services = server.services
        benched = [Benched(spare["id"], "opus", NOW + 1800, "7d_opus: all used")]
        services.state.apply(benched, NOW)
        services.gateways.changes_made(benched)
        step = int(NOW // STEP_SECONDS) * STEP_SECONDS
        services.limit_history.add([LimitStep(spare["id"], LimitId("window", "7d_opus", "opus"), step, 0.97, 1.0)])
        services.requests.write_batch(opened=[], finished=[_record(spare["id"])], changed=[], shed={})
        services.payloads.store(
            [
                Payload(id=REQUEST, at=NOW - 60, part=part, fields=[("content-type", kind)], body=body, size=len(body))
                for part, kind, body in (
                    ("request", "application/json", b'{"model": "claude-opus-5", "messages": []}'),
                    ("response", "text/event-stream", b"event: message_stop\ndata: {}\n\n"),
                )
            ]
        )
        write(Home(home).logs, "gateway-0", 1, (NOW, "listening on http://127.0.0.1:8080"))
        yield server


async def answered(server: Watched, sent: Sent) -> Example:
    """Send one request."""
    method = sent.route.partition(" ")[0]
    path, body = _filled(server, sent.path), _filled(server, sent.body)
    headers = server.headers | {"origin": server.url}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=20, trust_env=False) as client:
        if sent.path.partition("?")[0].endswith(("/stream", "/events")):
            return Example(sent.route, sent.path, 200, "text/event-stream", await _streamed(server, path))
        if sent.route == "POST /api/sign-out":  # by a browser, which has a cookie and no token
            await client.post("/api/sign-in", json={"token": server.control.token})
            del client.headers["authorization"]
        response = await client.request(method, path, json=body)
    media_type = response.headers["content-type"].partition(";")[0]
    answer: Any = response.json() if media_type == "application/json" else response.text
    if sent.route == "POST /api/sign-in":
        _sessions[server.url] = answer["id"]
    return Example(sent.route, sent.path, response.status_code, media_type, answer, sent.body)


def shape(value: Any) -> Any:
    """What is compared: names and kinds. None: anything."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return {bool: "boolean", int: "number", float: "number", str: "string"}.get(type(value))


def agree(one: Any, other: Any) -> bool:
    """Whether two shapes can be those of the same thing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return not one or not other or (one.keys() == other.keys() and all(agree(one[key], other[key]) for key in one))
    if isinstance(one, list) and isinstance(other, list):
        return not one or not other or agree(one[0], other[0])
    return one is None or other is None or one == other


def same(written: Example, now: Example) -> bool:
    """Whether what is written tells what is answered."""
    return (written.path, written.body, written.status, written.media_type) == (
        now.path,
        now.body,
        now.status,
        now.media_type,
    ) and agree(shape(written.answer), shape(now.answer))


_sessions: dict[str, str] = {}
"""Server's URL -> the session signed in last."""


def _filled(server: Watched, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(server, each) for name, each in value.items()}
    if isinstance(value, str):
        return value.replace("$token", server.control.token).replace("$session", _sessions.get(server.url, ""))
    return value


async def _streamed(server: Watched, path: str) -> str:
    """The first event that tells something, as it was sent."""
    async with server.stream(path) as events:
        if "/logs/" in path:
            write(Home(server.services.settings.home).logs, "gateway-0", 1, (NOW + 1, "stopping"))
        else:
            await anext(events)
            finished = _record("a1")
            server.control.live.stored(Batch([begun("req_01HZY4", model="claude-opus-5")], [finished]))
        told = await anext(events)
    name = "" if told.kind == "message" else f"event: {told.kind}\n"
    return f"{name}data: {json.dumps(told.data, ensure_ascii=False)}\nid: {told.id}\n\n"


def _record(account_id: str) -> PricedRequest:
    return ended(
        REQUEST,
        started_at=NOW - 60,
        tokens=TokenCounts(input=12, cache_write_5m=900, cache_write_1h=0, cache_read=45_000, output=320),
        cost=0.0373,
        model="claude-opus-5",
        served_model="claude-opus-5",
        streaming=True,
        account_id=account_id,
        account="spare",
        session="7d1f0a3c",
        policy="session",
        duration_ms=4210.5,
        first_byte_ms=640.2,
        first_content_ms=655.0,
        overhead_ms=0.6,
        stop_reason="end_turn",
        usage={"input_tokens": 12, "output_tokens": 320},
        attempts=[
            Attempt(account_id="a0", account="work", status=429, outcome="rate_limited", next_step="another"),
            Attempt(account_id=account_id, account="spare", status=200, outcome="served", next_step="relay"),
        ],
        picks=[Pick("session", "work holds the session", (Candidate(account="work", score=1.0, chosen=True),))],
    )


def _presentable(value: Any, secrets: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: "…" if name in SHOWN_ONCE else _presentable(each, secrets) for name, each in value.items()}
    if isinstance(value, list):
        return [_presentable(each, secrets) for each in value[:LIST_SHOWN]]
    if isinstance(value, str):
        for secret, shown in secrets.items():
            value = value.replace(secret, shown)
        return value if len(value) < 2000 else value[:1200].rpartition("\n")[0] + "\n…"
    return value


async def rewrite() -> list[str]:
    """Write down what changed; the routes it changed for."""
    written = {each.route: each for each in examples()}
    kept, changed = [], []
    with tempfile.TemporaryDirectory() as home:
        async with seeded(Path(home)) as server:
            for sent in REQUESTS:
                hidden = {home: "/home/me", server.url: "http://127.0.0.1:8080", server.control.token: "…"}
                now = await answered(server, sent)
                if now.status >= 500:
                    raise SystemExit(f"{sent.route} fails, and nothing is written: {now.answer}")
                if sent.route not in written or not same(written[sent.route], now):
                    changed.append(sent.route)
                    now.answer = _presentable(now.answer, hidden)
                    written[sent.route] = now
                kept.append(written[sent.route])
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    return changed


if __name__ == "__main__":
    print("\n".join(asyncio.run(rewrite())) or "Nothing changed.")
