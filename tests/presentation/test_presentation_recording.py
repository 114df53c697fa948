"""Captured bodies made ready to be looked at."""

from __future__ import annotations

import json
from typing import Any

from claudeflare.client.resources import Part
from claudeflare.presentation.recording import RecordedPart, record_text, recording_of

DETAIL = {"method": "POST", "path": "/v1/messages", "query": "beta=true", "statusCode": 200, "text": "\x1b"}


def part(body: str, **fields: Any) -> Part:
    given: dict[str, Any] = {
        "at": "2026-11-22T17:40:00.000Z",
        "fields": [{"name": "x-api-key", "value": "[redacted]"}],
        "size": 1200,
        "captured": 1200,
        "truncated": False,
        "contentEncoding": None,
        "body": body,
        "base64": False,
    }
    made: Part = given | fields  # type: ignore[assignment]  # a dict with the fields of a Part
    return made


def test_json_is_laid_out_and_sizes_are_told() -> None:
    response = part('{"a":1,', contentEncoding="gzip", truncated=True, captured=400, base64=False)
    found = recording_of({"request": part('{"a":[1,"é"]}'), "response": response}, DETAIL)
    assert found.request == RecordedPart(
        "POST /v1/messages?beta=true\nx-api-key: [redacted]",
        '{\n  "a": [\n    1,\n    "é"\n  ]\n}',
        "1.2 kB",
        is_json=True,
    )
    assert found.response == RecordedPart(
        "HTTP 200\nx-api-key: [redacted]", '{"a":1,', "1.2 kB as gzip, the first 400 B on record", is_json=False
    )
    assert found.conversation is None
    assert repr(found) == "<Recording>"


def test_what_is_no_text_or_not_there() -> None:
    found = recording_of({"request": part(""), "response": part("AAAA", base64=True)}, DETAIL | {"query": ""})
    assert found.request is not None
    assert (found.request.head.splitlines()[0], found.request.body) == ("POST /v1/messages", "The body is empty.")
    assert found.response is not None
    assert found.response.body.startswith("This body is no text.")
    nothing = recording_of({"request": None, "response": None}, DETAIL)
    assert (nothing.request, nothing.response) == (None, None)
    half = recording_of({"request": part('"\ud83d"'), "response": None}, DETAIL)
    assert half.request is not None


def test_the_record_is_json_that_no_terminal_obeys() -> None:
    text = record_text(DETAIL)
    assert json.loads(text) == DETAIL
    assert "\x1b" not in text
