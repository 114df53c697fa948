"""Heads and chunks as they go out; reading them back is tested with the parsers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.encoding import CONTINUE, LAST_CHUNK, REASONS, encode_chunk, encode_request, encode_response


def test_a_request_head() -> None:
    fields = [(b"Accept", b"*/*"), (b"X", b"")]
    assert encode_request(b"POST", b"/v1/messages?a=b", b"api.example", fields) == (
        b"POST /v1/messages?a=b HTTP/1.1\r\nHost: api.example\r\nAccept: */*\r\nX: \r\n\r\n"
    )
    assert encode_request(b"GET", b"/", b"h:1", []) == b"GET / HTTP/1.1\r\nHost: h:1\r\n\r\n"


def test_a_response_head() -> None:
    assert encode_response(200, b"Fine", [(b"a", b"b")]) == b"HTTP/1.1 200 Fine\r\na: b\r\n\r\n"


@pytest.mark.parametrize(("status", "reason"), [*REASONS.items(), (299, b"")])
def test_a_reason_is_supplied_where_it_is_known(status: int, reason: bytes) -> None:
    assert encode_response(status, b"", []) == b"HTTP/1.1 %d %b\r\n\r\n" % (status, reason)


@given(st.binary(min_size=1, max_size=5_000))
def test_a_chunk_says_its_length_in_hexadecimal(data: bytes) -> None:
    size, _, rest = encode_chunk(data).partition(b"\r\n")
    assert int(size, 16) == len(data)
    assert rest == data + b"\r\n"


def test_constants() -> None:
    assert encode_response(100, b"Continue", []) == CONTINUE
    assert LAST_CHUNK == b"0\r\n\r\n"
