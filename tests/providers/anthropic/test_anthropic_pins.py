from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.providers.anthropic.pins import (
    BODY_KINDS,
    DAY,
    ID_LIMIT,
    ids_in_body,
    of_message,
    of_thing,
    ties,
)
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.provider import Holding, Signal

FILE = "file_011CNha8iCJcU1wXNR6q4V8w"
BATCH = "msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d"
CONTAINER = "container_011CPR5CNjB747bTd36fQLFk"
SKILL = "skill_01AbCdEfGhIjKlMnOpQrStUv"


def named_by(method: str, target: str, body: Any = None, **fields: str) -> tuple[str, ...]:
    encoded = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-").encode(): value.encode() for name, value in fields.items()}
    return ties(method.encode(), target.encode(), named, encoded, BODY_KINDS).ids


@pytest.mark.parametrize(
    ("method", "target", "ids"),
    [
        ("GET", f"/v1/messages/batches/{BATCH}", (BATCH,)),
        ("GET", f"/v1/messages/batches/{BATCH}/results", (BATCH,)),
        ("POST", f"/v1/messages/batches/{BATCH}/cancel?beta=true", (BATCH,)),
        ("GET", f"/v1/files/{FILE}/content", (FILE,)),
        ("DELETE", f"/v1/files/{FILE}", (FILE,)),
        ("GET", f"/v1/skills/{SKILL}/versions/1759178010641129", (SKILL,)),
        ("GET", "/v1/sessions/sesn_01abcdef/events/stream", ("sesn_01abcdef",)),
        ("GET", f"/v1/messages/batches?limit=20&after_id={BATCH}", (BATCH,)),
        ("GET", f"/v1/files?ids[]={FILE}&ids%5B%5D=file_02abcdef", (FILE, "file_02abcdef")),
        ("GET", "/v1/files", ()),
        ("GET", "/v1/skills/pptx", ()),
        ("GET", "/v1/models/claude-opus-5-5", ()),
        ("POST", "/v1/messages/count_tokens", ()),
        ("GET", f"/v1/unheard_of/{FILE}", ()),
        ("GET", "/v1", ()),
        ("GET", "/v1/files/", ()),
        ("GET", "/v1/files/%ff\xff", ()),
    ],
)
def test_ids_in_paths(method: str, target: str, ids: tuple[str, ...]) -> None:
    assert ties(method.encode(), target.encode("latin-1"), {}, None, ()).ids == ids


def test_what_is_kept_is_kept_together_but_new_batches_are_spread() -> None:
    def collection(method: str, target: str) -> bool:
        return ties(method.encode(), target.encode(), {}, b"{}", ()).collection

    assert collection("POST", "/v1/files")
    assert collection("GET", "/v1/files?limit=2")
    assert collection("GET", "/v1/messages/batches")
    assert collection("POST", "/v1/skills")
    assert not collection("POST", "/v1/messages/batches")
    assert not collection("POST", "/v1/messages")
    assert not collection("GET", "/v1/models")


def document(file_id: str) -> dict[str, Any]:
    return {"type": "document", "source": {"type": "file", "file_id": file_id}}


def message(*content: Any, **more: Any) -> dict[str, Any]:
    return {"model": "claude-opus-5-5", "messages": [{"role": "user", "content": [*content]}], **more}


def test_ids_in_bodies() -> None:
    upload = {"type": "container_upload", "file_id": "file_02abcdef"}
    nested = {"type": "tool_result", "tool_use_id": "toolu_01", "content": [document("file_03abcdef")]}
    assert named_by("POST", "/v1/messages", message(document(FILE), upload, nested, document(FILE))) == (
        FILE,
        "file_02abcdef",
        "file_03abcdef",
    )
    assert named_by("POST", "/v1/messages?beta=true", message(container=CONTAINER)) == (CONTAINER,)
    skills = [
        {"type": "anthropic", "skill_id": "pptx", "version": "latest"},
        {"type": "custom", "skill_id": SKILL, "version": "latest"},
    ]
    assert named_by("POST", "/v1/messages", message(container={"skills": skills, "id": CONTAINER})) == (
        SKILL,
        CONTAINER,
    )
    assert named_by("POST", "/v1/messages", message(container={"id": None, "skills": skills[:1]})) == ()
    batch = {"requests": [{"custom_id": "a", "params": message(document(FILE))}]}
    assert named_by("POST", "/v1/messages/batches", batch) == (FILE,)


def test_what_a_text_says_is_no_id() -> None:
    said = json.dumps(message(document(FILE), container=CONTAINER))
    assert named_by("POST", "/v1/messages", message({"type": "text", "text": said})) == ()
    used = {"type": "tool_use", "id": "toolu_01", "name": "Read", "input": {"file_path": "/a", "container": "web"}}
    assert named_by("POST", "/v1/messages", message(used)) == ()


def test_kinds_that_nobody_has_are_not_looked_for() -> None:
    body = json.dumps(message(document(FILE), container=CONTAINER)).encode()
    assert ids_in_body(b"", body, {"file"}) == [FILE]
    assert ids_in_body(b"", body, {"container"}) == [CONTAINER]
    assert ids_in_body(b"", body, {"msgbatch"}) == []


def test_a_compressed_body_is_looked_into_and_an_upload_is_not() -> None:
    body = json.dumps(message(document(FILE))).encode()
    assert ids_in_body(b"gzip", gzip.compress(body), BODY_KINDS) == [FILE]
    assert ids_in_body(b"gzip", b"neither", BODY_KINDS) == []
    assert named_by("POST", "/v1/files", message(document(FILE)), content_type="multipart/form-data; boundary=x") == ()
    assert named_by("POST", "/v1/messages", message(document(FILE)), content_type="application/JSON") == (FILE,)


def test_a_bounded_number_of_ids() -> None:
    body = message(*(document(f"file_{number:06}") for number in range(ID_LIMIT + 5)))
    assert len(named_by("POST", "/v1/messages", body)) == ID_LIMIT


def test_a_good_answer_proves_what_the_path_names_and_nothing_else() -> None:
    one = ties(b"GET", f"/v1/messages/batches/{BATCH}".encode(), {}, None, ())
    assert one.proven == (Holding(BATCH, 29 * DAY),)
    assert ties(b"GET", f"/v1/files?ids[]={FILE}".encode(), {}, None, ()).proven == ()
    body = json.dumps(message(document(FILE))).encode()
    assert ties(b"POST", b"/v1/messages", {}, body, BODY_KINDS).proven == ()


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_never_raises(target: bytes, body: bytes) -> None:
    ties(b"POST", b"/v1/files/" + target, {}, body, BODY_KINDS)
    ties(b"POST", target, {b"content-encoding": b"gzip"}, body, BODY_KINDS)


@pytest.mark.parametrize(
    ("kind", "thing", "expires_at", "shown"),
    [
        ("message_batch", BATCH, b'"2026-11-23T10:00:00Z"', (Holding(BATCH, 29 * DAY),)),
        ("file", FILE, b"null", (Holding(FILE),)),
        ("file", FILE, b'"2027-01-01T00:00:00Z"', (Holding(FILE, 90 * DAY),)),
        ("skill", SKILL, b"", (Holding(SKILL),)),
        ("file_deleted", FILE, b"", (Holding(FILE, deleted=True),)),
        ("message_batch_deleted", BATCH, b"", (Holding(BATCH, deleted=True),)),
        (None, "sesn_01abcdef", b"", (Holding("sesn_01abcdef"),)),
        ("completion", "compl_01abcdef", b"", ()),
        ("model", "claude-opus-5-5", b"", ()),
        ("file", "../../etc", b"", ()),
        ("file", None, b"", ()),
    ],
)
def test_an_answer_that_is_a_thing(
    kind: str | None, thing: str | None, expires_at: bytes, shown: tuple[Holding, ...]
) -> None:
    assert of_thing(kind, thing, expires_at) == shown


@pytest.mark.parametrize("container", [b"null", b'"x"', b"{}", b'{"id":1}', b'{"id":"../x"}', b"{"])
def test_no_container(container: bytes) -> None:
    assert of_message(container) == ()


MADE = {"id": CONTAINER, "expires_at": "2026-11-23T10:00:00Z"}


def test_a_message_shows_its_container_and_the_files_made_in_it() -> None:
    result = {
        "type": "bash_code_execution_tool_result",
        "content": {"content": [{"type": "bash_code_execution_output", "file_id": FILE}]},
    }
    answer = {"id": "msg_01", "type": "message", "content": [result], "container": MADE}
    assert holdings("application/json", json.dumps(answer).encode()) == (Holding(CONTAINER, 30 * DAY), Holding(FILE))
    assert holdings("application/json", json.dumps({**answer, "container": None}).encode()) == ()


def test_a_created_file_as_the_gateway_meters_it() -> None:
    answer = {"id": FILE, "type": "file", "filename": "a.pdf", "expires_at": None}
    assert holdings("application/json", json.dumps(answer).encode()) == (Holding(FILE),)
    assert holdings("application/json", b'{"type":"error","error":{"type":"x"},"id":"req_01abcdef"}') == ()
    assert holdings("application/octet-stream", json.dumps(answer).encode()) == ()


def test_a_stream_shows_its_container() -> None:
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "container": MADE}}
    events = (
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_01","container":null}}\n\n'
        b'event: content_block_start\ndata: {"type":"content_block_start","index":0}\n\n'
        b"event: message_delta\ndata: " + json.dumps(delta).encode() + b"\n\n"
    )
    assert holdings("text/event-stream", events) == (Holding(CONTAINER, 30 * DAY),)


def holdings(content_type: str, body: bytes) -> tuple[Holding, ...]:
    meter = AnthropicProvider().meter(200, [(b"content-type", content_type.encode())], streaming=False)
    assert isinstance(meter.feed(body), Signal)
    meter.finish()
    return tuple(meter.holdings)
