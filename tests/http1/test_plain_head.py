"""Reading without llhttp: only what is plain, and then exactly as llhttp reads it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claudeflare.http1.heads import RequestHead, ResponseHead
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.plain_head import PlainHeads
from http1.wire_events import Refused, byte_by_byte, field_names, field_values, lines, read_requests, read_response

REQUEST = lines("POST /v1/messages?beta=true HTTP/1.1", "Host: localhost", "X-A: 1", "content-length: 3")
RESPONSE = lines("HTTP/1.1 200 OK", "content-type: application/json", "Content-Length: 3")


def request(head: bytes) -> RequestHead | None:
    return PlainHeads(HeadLimits()).request(head.removesuffix(b"\r\n\r\n"))


def response(head: bytes) -> ResponseHead | None:
    return PlainHeads(HeadLimits()).response(head.removesuffix(b"\r\n\r\n"))


def test_ordinary_heads_are_plain() -> None:
    # Whoever breaks this makes every request slower, and no other test would tell.
    assert [request(REQUEST)] == read_requests(byte_by_byte(REQUEST))
    assert [response(RESPONSE)] == read_response(byte_by_byte(RESPONSE))
    assert request(lines("GET /v1/models HTTP/1.1", "host: h", "Connection: Keep-Alive")) is not None


ODD_LINES = [
    "Transfer-Encoding: chunked", "Connection: close", "Connection: keep-alive, X-A", "Upgrade: h2c",
    "Content-Length: 4", "Content-Length: +3", "Content-Length: 1234567890123456", "Content-Length: ", "X-A: 2",
    "X A: 1", "X-B : 1", ": 1", "no colon", "X-B: \x00", "X-B: \x7f", "X-B: a\rb", "X-B: a\nb", " folded", "\tfolded",
    "X-B\xe9: 1", "Proxy-Connection: close",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD_LINES)
def test_anything_odd_is_left_to_llhttp(odd: str) -> None:
    assert request(REQUEST[:-2] + lines(odd)) is None
    assert response(RESPONSE[:-2] + lines(odd.replace("X-A: 2", "Content-Type: text/html"))) is None


ODD_REQUEST_LINES = [
    "HEAD / HTTP/1.1", "PUT / HTTP/1.1", "GET / HTTP/1.0", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", "GET /",
    "get / HTTP/1.1", "GET http://localhost/ HTTP/1.1", "GET * HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\xe9 HTTP/1.1",
    "GET /a\tb HTTP/1.1", "", "\r\nGET / HTTP/1.1",
]  # fmt: skip
ODD_STATUS_LINES = [
    "HTTP/1.1 204 No Content", "HTTP/1.1 100 Continue", "HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 \x01",
    "HTTP/1.1 429 Too Many Requests", "",
]  # fmt: skip


@pytest.mark.parametrize("start", ODD_REQUEST_LINES)
def test_odd_request_lines_are_left_to_llhttp(start: str) -> None:
    assert request(lines(start, "Host: localhost")) is None


@pytest.mark.parametrize("host", ["", "a b", "user@h", "h:port"])
def test_odd_hosts_are_left_to_llhttp(host: str) -> None:
    assert request(lines("GET / HTTP/1.1", f"Host: {host}")) is None


@pytest.mark.parametrize("start", ODD_STATUS_LINES)
def test_odd_status_lines_are_left_to_llhttp(start: str) -> None:
    assert response(lines(start, "Content-Length: 3")) is None


def test_heads_without_what_they_need_are_left_to_llhttp() -> None:
    assert request(b"GET / HTTP/1.1\r\n\r\n") is None
    assert request(lines("GET / HTTP/1.1", "X-A: 1")) is None
    assert response(lines("HTTP/1.1 200 OK", "X-A: 1")) is None


def test_too_many_fields_are_left_to_llhttp() -> None:
    heads = PlainHeads(HeadLimits(header_count=2))
    assert heads.request(b"GET / HTTP/1.1\r\nHost: h\r\nA: 1") is not None
    assert heads.request(b"GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2") is None


def test_lines_are_remembered_of_the_latest_message_only() -> None:
    heads = PlainHeads(HeadLimits())
    for number in range(50):
        head = heads.request(b"POST /%d HTTP/1.1\r\nHost: h\r\nX-Number: %d" % (number, number))
        assert head is not None
        assert (head.path, head.named) == (b"/%d" % number, {b"host": b"h", b"x-number": b"%d" % number})
    assert len(heads._field_of) == 2


def test_a_refused_line_leaves_nothing_behind() -> None:
    heads = PlainHeads(HeadLimits())
    for _ in range(2):
        assert heads.request(b"GET / HTTP/1.1\r\nHost: h\r\nX-A: \x00") is None
    assert heads.request(b"GET / HTTP/1.1\r\nHost: h\r\nX-A: 1") is not None


parts = st.one_of(
    st.sampled_from([line.encode("latin-1") for line in ODD_LINES]),
    st.tuples(field_names, field_values).map(b": ".join),
    st.binary(max_size=12).map(lambda value: b"x-y:" + value),
)
starts = st.sampled_from(
    [b"POST /v1/messages HTTP/1.1", b"GET /a?b HTTP/1.1", b"HTTP/1.1 200 OK", b"HTTP/1.1 200 \xff"]
)


@given(starts, st.lists(parts, max_size=5), st.binary(max_size=3), st.integers(0, 4))
@example(b"POST / HTTP/1.1", [b"X:a\nb"], b"", 0)
@example(b"HTTP/1.1 200 OK", [b"X:a\r"], b"", 0)
def test_read_at_once_or_byte_by_byte_every_message_means_the_same(
    start: bytes, odd: list[bytes], body: bytes, length: int
) -> None:
    # Byte by byte no head is whole in one piece, so that llhttp reads it all.
    message = b"\r\n".join([start, b"Host: h", *odd, b"content-length: %d" % length, b"", body])
    read = read_response if start.startswith(b"HTTP") else read_requests
    once, llhttp = read([message]), read(byte_by_byte(message))
    if any(isinstance(event, Refused) for event in llhttp):
        # What came before the refusal may have been told already, or not: llhttp reads on before it tells.
        assert isinstance(once[-1], Refused)
        assert once[-1] == llhttp[-1]
    else:
        assert once == llhttp
