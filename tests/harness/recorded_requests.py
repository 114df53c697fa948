"""Requests on record to look at: one with everything there can be to it, and as many plain ones as a list is long."""

from __future__ import annotations

import json
from typing import Any

from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest
from harness.data_directory import NOW
from harness.events import Watched
from harness.live_batches import Batch, begun, ended

TALK = "req_01TALK"
MODEL = "claude-opus-5"

ASKED: dict[str, Any] = {
    "model": MODEL,
    "max_tokens": 4096,
    "stream": True,
    "system": [{"type": "text", "text": "You are a careful engineer.\n\n" + "Be brief. " * 40}],
    "tools": [
        {"name": "Read", "description": "Reads a file.", "input_schema": {"type": "object"}},
        {"name": "Bash", "description": "Runs a command.", "input_schema": {"type": "object"}},
    ],
    "messages": [
        {"role": "user", "content": "<system-reminder>Today is Sunday.</system-reminder>\nWhy does **login** fail?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "The log will tell.", "signature": "abc"},
                {"type": "text", "text": "I look at the log."},
                {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "tail -n 2 app.log"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [
                        {"type": "text", "text": "12:00:01 token expired\n12:00:02 401"},
                        {
                            "type": "image",
                            "source": {"type": "base64", "media_type": "image/png", "data": "aGk=" * 300},
                        },
                    ],
                }
            ],
        },
    ],
}
SAID = "The token **expired**:\n\n1. it is renewed too late\n2. nobody retries\n\n```python\nrenew(before=60)\n```\n"


def answer_events(text: str = SAID) -> bytes:
    """The answer as a stream."""
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 12}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "It expired."}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": text[at : at + 9]}}
            for at in range(0, len(text), 9)
        ),
        {
            "type": "content_block_start",
            "index": 2,
            "content_block": {"type": "tool_use", "id": "toolu_2", "name": "Read", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 2,
            "delta": {"type": "input_json_delta", "partial_json": '{"path": "auth.py"}'},
        },
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 320}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


def a_talk(request_id: str = TALK, at: float = NOW - 30) -> PricedRequest:
    """A request that waited, was limited on one account and served by another."""
    candidates = (
        Candidate(account="work", out="limited: 5h window", until=NOW + 1200),
        Candidate(account="home", score=0.31),
        Candidate(account="spare", score=0.82, chosen=True),
    )
    return ended(
        request_id,
        started_at=at,
        tokens=TokenCounts(input=12, cache_write_5m=900, cache_write_1h=0, cache_read=45_000, output=320),
        cost=0.0373,
        model=MODEL,
        served_model=MODEL,
        streaming=True,
        account="spare",
        session="7d1f0a3c",
        client_key="laptop",
        policy="session",
        duration_ms=4210.5,
        queued_ms=400.0,
        first_byte_ms=1240.2,
        first_content_ms=1655.0,
        overhead_ms=12.4,
        stop_reason="tool_use",
        usage={
            "input_tokens": 12,
            "cache_read_input_tokens": 45_000,
            "cache_creation_input_tokens": 900,
            "output_tokens": 320,
        },
        attempts=[
            Attempt(
                account_id="a0",
                account="work",
                started_ms=401.0,
                connected_ms=460.0,
                first_byte_ms=700.0,
                ended_ms=702.0,
                status=429,
                outcome="rate_limited",
                next_step="another",
            ),
            Attempt(
                account_id="a1",
                account="spare",
                started_ms=713.0,
                connected_ms=800.0,
                first_byte_ms=1240.2,
                ended_ms=4210.0,
                status=200,
                outcome="served",
                next_step="relay",
            ),
        ],
        picks=[Pick("session", "new session placed on spare: most headroom", candidates)],
    )


def keep(server: Watched, *requests: PricedRequest) -> None:
    """Put requests on record."""
    server.services.requests.write_batch(opened=[], finished=list(requests), changed=[], shed={})


def end(server: Watched, *requests: PricedRequest) -> None:
    """Put requests on record, and tell that they ended."""
    keep(server, *requests)
    server.control.live.stored(Batch([], list(requests)))


def begin(server: Watched, request_id: str, **fields: Any) -> None:
    """Tell that a request began."""
    server.control.live.stored(Batch([begun(request_id, **({"started_at": NOW - 12, "model": MODEL} | fields))], []))


def keep_bodies(
    server: Watched,
    request_id: str,
    asked: bytes | None,
    answered: bytes | None,
    kind: str = "text/event-stream",
    **more: Any,
) -> None:
    """Put a request's bodies on record; `more`: fields of both."""
    parts = (("request", "application/json", asked), ("response", kind, answered))
    server.services.payloads.store(
        [_payload(request_id, part, of, body, more) for part, of, body in parts if body is not None]
    )


def _payload(request_id: str, part: str, kind: str, body: bytes, more: dict[str, Any]) -> Payload:
    given: dict[str, Any] = {"id": request_id, "at": NOW, "part": part, "fields": [("content-type", kind)]}
    return Payload(**(given | {"body": body, "size": len(body)} | more))


def keep_talk(server: Watched) -> None:
    """The request with everything."""
    keep(server, a_talk())
    keep_bodies(server, TALK, json.dumps(ASKED).encode(), answer_events())


def plain(number: int, **fields: Any) -> PricedRequest:
    """One of many: the higher its number, the longer ago."""
    given: dict[str, Any] = {
        "started_at": NOW - 120 - number,
        "model": "claude-haiku-4-5",
        "account": "home",
        "duration_ms": 900.0,
        "first_content_ms": 300.0,
    }
    tokens = TokenCounts(input=1000 + number, output=50)
    return ended(f"req_{number:06}", tokens=tokens, cost=0.001, **(given | fields))
