from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.credentials.token_reply import (
    DEFAULT_LIFETIME,
    LONGEST_RETRY_AFTER,
    EndpointLimited,
    EndpointMisplaced,
    EndpointTroubled,
    GrantRefused,
    TokenEndpointError,
    TokenReply,
    read_tokens,
)

GOOD: dict[str, Any] = {
    "access_token": "sk-ant-oat01-secret",
    "expires_in": 28800,
    "refresh_token": "sk-ant-ort01-next",
}


def read(status: int, content: object, headers: dict[str, str] | None = None) -> TokenReply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_tokens(status, headers or {}, body)


def test_everything_an_answer_may_hold() -> None:
    more = {"scope": "a b", "organization": {"uuid": "x", "name": "Org"}, "account": {"email_address": "a@b.example"}}
    reply = read(200, GOOD | more)
    assert reply == TokenReply(
        access_token="sk-ant-oat01-secret",
        refresh_token="sk-ant-ort01-next",
        expires_in=28800.0,
        scopes=("a", "b"),
        account_email="a@b.example",
        organization="Org",
    )
    assert "secret" not in repr(reply)


@pytest.mark.parametrize("said", [None, 0, -5, "soon", True, [], "inf", "nan"])
def test_a_lifetime_that_makes_no_sense_is_the_usual_one(said: object) -> None:
    assert read(200, GOOD | {"expires_in": said}).expires_in == DEFAULT_LIFETIME


def test_little_is_needed() -> None:
    reply = read(200, {"access_token": "x", "scope": None, "account": [], "organization": "o", "refresh_token": ""})
    assert reply == TokenReply(access_token="x")
    assert read(200, GOOD | {"expires_in": "60"}).expires_in == 60.0


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"", b"\xff", b"[]", {}, {"access_token": 5}, {"access_token": "a b"}, {"access_token": "x\ny"},
     GOOD | {"refresh_token": ["x"]}, {"access_token": "x" * 20_000}],
)  # fmt: skip
def test_what_is_no_token_answer(content: object) -> None:
    with pytest.raises(EndpointMisplaced):
        read(200, content)


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "Refresh token not found or invalid"}, GrantRefused),
        (400, {"error": "invalid_client"}, GrantRefused),
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "no"}}, GrantRefused),
        (403, {"error": "access_denied"}, GrantRefused),
        (400, {"error": "invalid_request"}, EndpointMisplaced),
        (400, {"error": {"type": "invalid_request_error", "message": "x"}}, EndpointMisplaced),
        (400, {}, EndpointMisplaced),
        (403, b"<html>challenge</html>", EndpointMisplaced),
        (401, b"<html>", EndpointMisplaced),
        (404, {"error": "not_found"}, EndpointMisplaced),
        (405, b"", EndpointMisplaced),
        (302, b"", EndpointMisplaced),
        (500, b"", EndpointTroubled),
        (502, b"<html>Bad gateway</html>", EndpointTroubled),
        (529, {"error": "invalid_grant"}, EndpointTroubled),
        (408, b"", EndpointTroubled),
        (429, b"", EndpointLimited),
    ],
)
def test_every_other_answer_has_one_meaning(status: int, content: object, error: type[TokenEndpointError]) -> None:
    with pytest.raises(error) as caught:
        read(status, content)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [("12", 12.0), ("0", 0.0), ("999999999", LONGEST_RETRY_AFTER), ("Sun, 22 Nov 2026 18:00:00 GMT", None),
     ("-1", None), ("", None), ("²", None)],
)  # fmt: skip
def test_how_long_to_leave_it_alone(stated: str, seconds: float | None) -> None:
    with pytest.raises(EndpointLimited) as caught:
        read(429, b"", {"retry-after": stated})
    assert caught.value.retry_after == seconds


def test_what_the_endpoint_repeats_of_a_secret_is_left_out() -> None:
    words = f"no such token sk-ant-ort01-x and {'y' * 61}, sorry"
    with pytest.raises(GrantRefused) as caught:
        read(400, {"error": "invalid_grant", "error_description": words})
    assert "no such token … and … sorry" in str(caught.value)


@given(st.integers(200, 599), st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text()), st.binary())
def test_nothing_else_is_ever_raised(status: int, headers: dict[str, str], body: bytes) -> None:
    try:
        read_tokens(status, headers, body)
    except TokenEndpointError:
        pass
