"""A server fit to be shown: four accounts, one of them limited, a week of requests, keys, and a log."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from claudeflare.balancing.change import BenchCleared, Benched, Change
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StoredSecret
from claudeflare.gateway.messages import InFlight
from claudeflare.gateway.server import Health
from claudeflare.home import Home
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Changed
from claudeflare.storage.accounts import NewAccount
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep
from claudeflare.storage.records import PricedRequest
from harness.busy_accounts import bucket, window
from harness.data_directory import DAY, NOW
from harness.events import Watched, watched
from harness.gateway_end import GatewayEnd
from harness.log_lines import write
from harness.working_week import LIMITED_AT, working_week

ACCOUNTS = (
    NewAccount(name="work", mode="max", tier=20, id="5d0f1c9a-6b1e-4f0e-9b57-3f3c1b6f2a10"),
    NewAccount(name="home", mode="max", tier=5, priority=1, id="8a7e44d2-0c35-4a8b-8f61-94d7e2a05b21"),
    NewAccount(name="office", id="c2b9e6f3-71d4-4d7c-a0e8-5b1f7c943d32"),
    NewAccount(name="spare", priority=2, id="f14a8d07-2e96-4c53-b7c9-0a6e8d25c743"),
)
KEYS: tuple[dict[str, Any], ...] = (
    {"name": "laptop", "perDay": 20.0, "requestsPerMinute": 120},
    {"name": "ci", "perDay": 5.0},
)
ANSWER = """The test fails because `limit` is read **before** it is set:

1. `settings.load()` runs at import, and the fixture comes later.
2. Move the call into `serve()`; then every test sees its own limit.

I changed `app.py` and ran the tests: 214 passed."""


@asynccontextmanager
async def pictured_server(home: Path, **settings: Any) -> AsyncIterator[Watched]:
    """Control at the fixed time, with a gateway that tells how full the limits are."""
    async with watched(home, oauth_client_id="example-client", **settings) as server:
        services = server.services
        for age, account in zip((9, 12, 40, 41), ACCOUNTS, strict=True):
            services.credentials.add(account, _secret(account), NOW - age * DAY - 11_340)
        services.gateways.configuration_changed()
        for key in KEYS:
            await server.call("POST", "/api/keys", key)
        ids = {each.name: each.id for each in ACCOUNTS}
        records = list(working_week(ids))
        changed = [Changed(at, change) for at, change in _happened(ids)]
        services.requests.write_batch(opened=[], finished=records, changed=changed, shed={})
        benched = [Benched(ids["home"], "", NOW + 41 * 60, "usage window 5h is used up")]
        services.state.apply(benched, LIMITED_AT)
        services.gateways.changes_made(benched)
        services.limit_history.add(list(_steps(ids)))
        services.payloads.store(_bodies(_shown(records)))
        _write_log(Home(home).logs)
        server.control.app.router.routes.insert(0, Route("/health", _health))
        with _announced(Home(home), server.url):
            async with _gateway(server, ids):
                yield server


def _shown(records: Iterable[PricedRequest]) -> PricedRequest:
    """The newest one that was moved from one account to another."""
    moved = (each for each in records if len(each.finished.attempts) > 1)
    return max(moved, key=lambda each: each.finished.started_at)


SHOWN_REQUEST: Final = _shown(working_week({each.name: each.id for each in ACCOUNTS})).finished.id
"""Its bodies are on record as well."""


@contextmanager
def _announced(home: Home, url: str) -> Iterator[None]:
    """As a supervisor does it: commands find the server by the data directory."""
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home.server.write_text(json.dumps({"pid": os.getpid(), "url": url}))
        yield


async def _health(request: Request) -> Response:
    """What a gateway would answer on the public port."""
    health = Health(
        live=True, ready=True, accounts={"configured": 4, "available": 3}, waiting=1, strategy="session", control=True
    )
    return Response(msgspec.json.encode(health), media_type="application/json")


def _secret(account: NewAccount) -> StoredSecret:
    if account.mode == "api-key":
        return ApiKey(f"sk-ant-api03-{account.name}")
    return OAuthTokens(
        access_token=f"sk-ant-oat01-{account.name}",
        refresh_token=f"sk-ant-ort01-{account.name}",
        expires_at=NOW + 5 * 3600,
        client_id="example-client",
        token_url="https://claude.example/token",
    )


def _happened(ids: dict[str, str]) -> list[tuple[float, Change]]:
    """What the timeline shows of today."""
    used_up, minute = "usage window 5h is used up", "input tokens per minute are used up"
    return [
        (NOW - 7.2 * 3600, Benched(ids["home"], "", NOW - 5.1 * 3600, used_up)),
        (NOW - 5.1 * 3600, BenchCleared(ids["home"], "")),
        (NOW - 2.6 * 3600, Benched(ids["spare"], "sonnet", NOW - 2.6 * 3600 + 40, minute)),
        (NOW - 2.6 * 3600 + 41, BenchCleared(ids["spare"], "sonnet")),
        (LIMITED_AT, Benched(ids["home"], "", NOW + 41 * 60, used_up)),
    ]


def _steps(ids: dict[str, str]) -> list[LimitStep]:
    """How the windows of the last day filled up."""
    last = int(NOW // STEP_SECONDS) * STEP_SECONDS
    found = []
    for ago in range(0, 24 * 3600, STEP_SECONDS):
        share = (1 - ago / 86_400) ** 2
        session = max(0.0, 1 - (ago % 18_000) / 18_000)
        for name, now_used, week in (("work", 0.58, 0.46), ("home", 1.0, 0.71)):
            used = now_used * session
            found.append(LimitStep(ids[name], LimitId("window", "5h", ""), last - ago, used, used))
            used = week * (0.8 + 0.2 * share)
            found.append(LimitStep(ids[name], LimitId("window", "7d", ""), last - ago, used, used))
    return found


def _bodies(record: PricedRequest) -> list[Payload]:
    """What was asked and answered in the request that is shown."""
    tool = {"type": "tool_use", "id": "toolu_01", "name": "Bash", "input": {"command": "pytest -q tests/test_app.py"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_01", "content": "1 failed, 213 passed in 3.41s"}
    asked = {
        "model": record.finished.model,
        "max_tokens": 32_000,
        "stream": True,
        "system": [{"type": "text", "text": "You are a careful engineer.", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "Bash", "description": "Runs a command.", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": "Why does test_app fail? Mend it."},
            {"role": "assistant", "content": [{"type": "text", "text": "I run it first."}, tool]},
            {"role": "user", "content": [result]},
        ],
    }
    begin = {"type": "message_start", "message": {"id": "msg_01", "role": "assistant", "usage": {"input_tokens": 12}}}
    events: list[dict[str, Any]] = [
        begin,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 320}},
        {"type": "message_stop"},
    ]
    answer = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events)
    at = record.finished.started_at
    return [
        _body(record, "request", at, "application/json", json.dumps(asked).encode()),
        _body(record, "response", at + record.finished.duration_ms / 1000, "text/event-stream", answer.encode()),
    ]


def _body(record: PricedRequest, part: str, at: float, kind: str, body: bytes) -> Payload:
    fields = [("content-type", kind)]
    return Payload(id=record.finished.id, at=at, part=part, fields=fields, body=body, size=len(body))


def _write_log(directory: Path) -> None:
    write(
        directory,
        "supervisor",
        1,
        (NOW - 30_000, "listening on http://127.0.0.1:8080"),
    )
    write(
        directory,
        "control",
        1,
        (NOW - 30_001, "database is at the newest revision"),
        (NOW - 21_600, "the token of account home was renewed"),
        (NOW - 3_600, "retention: 118 records and 204 bodies past their days were deleted"),
        (NOW - 840, "the token of account work was renewed"),
    )
    write(directory, "gateway-0", 1, (NOW - 29_999, "linked to control"))
    write(
        directory,
        "gateway-0",
        1,
        (NOW - 25_900, "account home is limited until 12:34: usage window 5h is used up"),
        (NOW - 9_360, "account spare is limited for sonnet for 40 s: input tokens per minute are used up"),
        (LIMITED_AT, "account home is limited until 18:21: usage window 5h is used up"),
        level="warn",
    )
    write(directory, "gateway-0", 1, (NOW - 320, "upstream connection was reset before an answer began"), level="error")
    write(directory, "gateway-0", 1, (NOW - 318, "request moved from office to spare, which answered"))


@asynccontextmanager
async def _gateway(server: Watched, ids: dict[str, str]) -> AsyncIterator[None]:
    """A gateway that has told how full every limit is, and what runs now."""
    limits = {
        ids["work"]: [window("5h", 0.58, 125), window("7d", 0.462, 4000), window("7d_opus", 0.31, 4000)],
        ids["home"]: [window("5h", 1.0, 41), window("7d", 0.714, 3100)],
        ids["office"]: [
            bucket("requests", 1000, 962),
            bucket("input tokens", 450_000, 108_000),
            bucket("output tokens", 90_000, 71_400),
        ],
        ids["spare"]: [bucket("requests", 50, 50), bucket("input tokens", 30_000, 28_500)],
    }
    line = WaitingLine(client_key="ci", model_class="opus", account=None, count=1, since=NOW - 6, until=None)
    told = InFlight({ids["work"]: 3, ids["office"]: 1}, 4, waiting=1, waiting_lines=[line], limits=limits)
    ours, theirs = socket.socketpair()
    server.control.gateways.add_link(0, ours.detach())
    gateway = GatewayEnd(theirs)
    try:
        await gateway.greeted()
        await gateway.send(told)
        async with asyncio.timeout(10):
            while not server.services.gateways.gauges():
                await asyncio.sleep(0)
        yield
    finally:
        await server.control.gateways.close()
        gateway.close()
