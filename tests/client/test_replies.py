from __future__ import annotations

from typing import Any

import httpx2
import pytest

from claudeflare.client.replies import checked
from claudeflare.errors import ClaudeflareError, Conflict, InvalidInput, NotFound, Unauthorized, Unreachable

HERE, SOURCE = "http://127.0.0.1:8080", "CLAUDEFLARE_TOKEN"


def check(status: int, **content: Any) -> httpx2.Response:
    return checked(httpx2.Response(status, **content), HERE, SOURCE)


def test_good_answers_pass() -> None:
    assert check(200, json=[]).json() == []
    assert check(204).content == b""


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInput),
        (403, Unauthorized),
        (404, NotFound),
        (409, Conflict),
        (413, InvalidInput),
        (422, InvalidInput),
        (500, ClaudeflareError),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
    ],
)
def test_errors_keep_the_servers_words(status: int, error: type[ClaudeflareError]) -> None:
    with pytest.raises(ClaudeflareError) as caught:
        check(status, json={"error": "The name work is taken.", "code": "conflict", "details": None})
    assert type(caught.value) is error
    assert str(caught.value) == "The name work is taken."


def test_a_refused_token_is_told_with_its_source() -> None:
    with pytest.raises(Unauthorized) as caught:
        check(401, json={"error": "The control token is missing or wrong.", "code": "unauthorized", "details": None})
    assert str(caught.value) == (
        "http://127.0.0.1:8080 refused the control token from CLAUDEFLARE_TOKEN: "
        "The control token is missing or wrong. "
        "`claudeflare token` on the server's machine prints the right one."
    )


def test_the_gateways_own_errors_are_understood() -> None:
    body = {"type": "error", "error": {"type": "api_error", "message": "The control process does not answer."}}
    with pytest.raises(Unreachable, match=r"^The control process does not answer\.$"):
        check(503, json=body)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"error": ""}', b'{"error": {"message": 1}}'])
def test_an_error_without_words_is_told_by_its_status(content: bytes) -> None:
    with pytest.raises(ClaudeflareError, match=r"^The server answered 502 Bad Gateway\.$"):
        check(502, content=content)


def test_an_answer_that_is_not_ours() -> None:
    with pytest.raises(Unreachable, match="not as a Claudeflare server"):
        check(200, html="<h1>It works!</h1>")
