from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from claudeflare.journal.payloads import Payload
from harness.postgres import postgres_server
from harness.rest_api import NOW, Api, open_api

BODY = b'{"model":"claude-opus-4-5"}'
EVENTS = gzip.compress(b"event: ping\ndata: {}\n\n", mtime=0)
FIELDS = [("Content-Type", "text/event-stream; charset=utf-8"), ("set-cookie", "[redacted]")]


def capture(api: Api, request_id: str = "r1", **answer: Any) -> None:
    api.record(request_id)
    given: dict[str, Any] = {"body": EVENTS, "size": len(EVENTS), "content_encoding": "gzip", "fields": FIELDS}
    api.services.payloads.store(
        [
            Payload(id=request_id, at=NOW, part="request", body=BODY, size=len(BODY)),
            Payload(**{"id": request_id, "at": NOW + 1, "part": "response"} | given | answer),
        ]
    )


async def test_both_bodies_with_their_fields(api: Api) -> None:
    capture(api)
    assert await api.get("/api/requests/r1/payload") == {
        "request": {
            "at": "2026-11-18T11:06:40.000Z",
            "fields": [],
            "size": len(BODY),
            "captured": len(BODY),
            "truncated": False,
            "contentEncoding": None,
            "body": BODY.decode(),
            "base64": False,
        },
        "response": {
            "at": "2026-11-18T11:06:41.000Z",
            "fields": [{"name": name, "value": value} for name, value in FIELDS],
            "size": len(EVENTS),
            "captured": len(EVENTS),
            "truncated": False,
            "contentEncoding": "gzip",
            "body": "event: ping\ndata: {}\n\n",
            "base64": False,
        },
    }


async def test_one_part_alone(api: Api) -> None:
    capture(api)
    answer = await api.get("/api/requests/r1/payload?part=request")
    assert (answer["request"]["body"], answer["response"]) == (BODY.decode(), None)


async def test_the_exact_bytes_to_be_saved(api: Api) -> None:
    capture(api)
    answer = await api.client.get("/api/requests/r1/payload?part=response&raw=1")
    assert answer.content == EVENTS
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="r1-response"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-payload-content-encoding"] == "gzip"
    assert "content-encoding" not in answer.headers
    assert "set-cookie" not in answer.headers


async def test_no_header_is_made_of_what_an_upstream_said(api: Api) -> None:
    capture(api, fields=[("content-type", "text/html\r\nx-evil: 1")], content_encoding="gz\nip: 1")
    answer = await api.client.get("/api/requests/r1/payload?part=response&raw=1")
    assert answer.content == EVENTS
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-payload-content-encoding"] == "gz?ip? 1"


@pytest.mark.parametrize(
    "kind", ["text/javascript", "application/ecmascript", "text/css", "image/svg+xml", "text/xml", "text/HTML"]
)
async def test_what_was_sent_is_of_no_type_that_a_page_could_run(api: Api, kind: str) -> None:
    """Else it would be a script of this very server, which its content security policy admits."""
    capture(api, fields=[("content-type", kind)])
    answer = await api.client.get("/api/requests/r1/payload?part=response&raw=1")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_raw_needs_a_part_that_exists(api: Api) -> None:
    capture(api)
    status, code, message = await api.refused("GET", "/api/requests/r1/payload?raw=1")
    assert (status, code) == (400, "invalid_input")
    assert "part=request or part=response" in message
    assert (await api.refused("GET", "/api/requests/r1/payload?part=both"))[0] == 422


async def reason(api: Api, path: str) -> str:
    status, code, message = await api.refused("GET", f"/api/requests/{path}")
    assert (status, code) == (404, "not_found")
    return message


async def test_why_there_is_none(api: Api, tmp_path: Path) -> None:
    assert "no request 'r0' on record" in await reason(api, "r0/payload")
    api.record("old", started_at=NOW - 8 * 86_400)
    assert "older than 7 days (DATA_RETENTION_DAYS)" in await reason(api, "old/payload")
    api.record("none")
    assert "CLAUDEFLARE_PAYLOAD_MAX_BYTES" in await reason(api, "none/payload")
    api.services.payloads.store([Payload(id="none", at=NOW, part="request")])
    assert (await reason(api, "none/payload?part=response")).startswith("The body of this response is not on record")
    async with open_api(tmp_path / "off", payloads="off") as off:
        off.record("r1")
        assert "payloads are not recorded (CLAUDEFLARE_PAYLOADS is off)" in await reason(off, "r1/payload")


async def test_it_needs_the_control_token(api: Api) -> None:
    capture(api)
    del api.client.headers["authorization"]
    assert (await api.refused("GET", "/api/requests/r1/payload"))[0] == 401


@contextmanager
def statements() -> Iterator[list[str]]:
    """What databases are asked within the block, each with its database's place."""
    seen: list[str] = []

    def executing(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(f"{Path(connection.engine.url.database or '').name}: {statement}")

    event.listen(Engine, "before_cursor_execute", executing)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", executing)


async def lists_ask_for_no_payload(api: Api) -> None:
    for number in range(3):
        capture(api, f"r{number}")
    with statements() as seen:
        assert len(await api.get("/api/requests")) == 3
        await api.get("/api/requests/r1")
        await api.get("/api/stats")
    assert seen
    assert not [statement for statement in seen if "payload" in statement]
    with statements() as seen:
        await api.get("/api/requests/r1/payload")
    assert [statement for statement in seen if "payload" in statement]


async def test_lists_never_touch_payloads(api: Api) -> None:
    await lists_ask_for_no_payload(api)


async def test_lists_never_touch_payloads_on_a_server_either(tmp_path: Path) -> None:
    with postgres_server() as server, server.database() as url:
        async with open_api(tmp_path, database_url=url) as api:
            await lists_ask_for_no_payload(api)
    assert not (tmp_path / "payloads.db").exists()
