"""Error documents whole, cut off, and not documents at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.error_shape import ApiError, error_body, error_event, parse_error

WHOLE = {
    "type": "error",
    "error": {
        "type": "rate_limit_error",
        "message": 'Slow “down”, "please"',
        "details": {"error_code": "ramp_limit_exceeded"},
    },
    "request_id": "req_011C",
}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (json.dumps(WHOLE).encode(), ApiError("rate_limit_error", 'Slow “down”, "please"', "ramp_limit_exceeded")),
        (
            b'{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}',
            ApiError("request_too_large", "Request exceeds the maximum size"),
        ),
        (
            b'{"error":"invalid_grant","error_description":"Refresh token not found"}',
            ApiError("invalid_grant", "Refresh token not found"),
        ),
        (
            b"<html>\r\n<head><title>502 Bad\n Gateway &amp; more</title></head>",
            ApiError(message="502 Bad Gateway & more"),
        ),
        (b'{"error":{"type":7,"message":[],"details":"x"}}', ApiError()),
        (b'{"error":{"type":"api_error","details":{"error_code":1}}}', ApiError("api_error")),
        (b'{"error":7}', ApiError()),
        (b'{"detail":"x"}', ApiError()),
        (b"[]", ApiError()),
        (b"", ApiError()),
        (b"upstream connect error", ApiError()),
    ],
)
def test_parse_error(body: bytes, error: ApiError) -> None:
    assert parse_error(body) == error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"type":"error","error":{"type":"api_error","message":"half a sen', ApiError("api_error", "half a sen")),
        (b'{"type":"error","error":{"type":"api_error","message":"a\\"b","det', ApiError("api_error", 'a"b')),
        (
            b'{"error":{"type":"x","details":{"error_code":"organization_on_hold","appeal_url":"https',
            ApiError("x", None, "organization_on_hold"),
        ),
    ],
)
def test_cut_off_document_gives_what_it_holds(body: bytes, error: ApiError) -> None:
    assert parse_error(body) == error


def test_long_message_is_cut() -> None:
    error = parse_error(error_body("api_error", "x" * 5000, "req"))
    assert error.message == "x" * 1000


def test_error_body_and_event_are_the_apis_own_shape() -> None:
    body = error_body("api_error", "No.", "req_1")
    assert json.loads(body) == {
        "type": "error",
        "error": {"type": "api_error", "message": "No."},
        "request_id": "req_1",
    }
    detailed = json.loads(error_body("overloaded_error", "Later.", "req_1", {"accounts": ["a"]}))
    assert detailed["error"]["details"] == {"accounts": ["a"]}
    event = error_event("api_error", "line one\nline two", "req_1")
    assert event.startswith(b"event: error\ndata: {")
    assert event.endswith(b"}\n\n")
    assert event.count(b"\n") == 3


@settings(deadline=None)
@given(st.binary() | st.integers(0, 200).map(lambda cut: json.dumps(WHOLE).encode()[:cut]))
def test_never_raises(body: bytes) -> None:
    parse_error(body)
