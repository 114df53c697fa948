"""Answers of an upstream that two parsers could read differently, or that are out of bounds: refused with 502."""

from __future__ import annotations

import pytest

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import LAST_CHUNK
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.response_parser import ResponseParser
from http1.wire_events import END, Events, Refused, byte_by_byte, lines, read_response

OK = "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 3"),
        ("Transfer-Encoding: gzip", "Content-Length: 3"),
        ("Transfer-Encoding: identity", "Content-Length: 3"),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: gzip", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: gzip"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: ",),
        ("Transfer-Encoding : chunked",),
        ("Content-Length: 3", "Content-Length: 3"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: ",),
        ("Content-Length: -1",),
        ("Content-Length: 3, 3",),
        ("Content-Length: 18446744073709551616",),
        ("X: a", " b"),
        ("X : a",),
        ("X: a\x00",),
        ("X: a\nY: b",),
        ("X: a\rY: b",),
        ("X",),
    ],
)
def test_ambiguous_heads_are_refused(fields: tuple[str, ...]) -> None:
    raw = lines(OK, *fields)
    for pieces in ([raw + b"0\r\n\r\n"], byte_by_byte(raw + b"0\r\n\r\n")):
        assert read_response(pieces) == [Refused(502)]


@pytest.mark.parametrize(
    "line",
    [
        "HTTP/2.0 200 OK",
        "HTTP/0.9 200 OK", "HTTP/1.2 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "http/1.1 200 OK",
        "HTTP/1.1 000 No",
        "HTTP/1.1 099 No", "HTTP/1.1 600 No", "HTTP/1.1 999 No", "HTTP/1.1 99 No", "HTTP/1.1 2000 No",
        "HTTP/1.1 20x No", "HTTP/1.1 +20 No", "HTTP/1.1 -20 No", "HTTP/1.1 OK", "HTTP/1.1", "GET / HTTP/1.1", "hello",
        "HTTP/1.1 200 O\x00K", "HTTP/1.1 200 O\x1bK", "HTTP/1.1 200 O\x7fK", "HTTP/1.1 200 O\nK", "HTTP/1.1 200 O\rK",
    ],
)  # fmt: skip
def test_malformed_status_lines_are_refused(line: str) -> None:
    raw = lines(line, "Content-Length: 0")
    assert read_response([raw]) == [Refused(502)]
    assert read_response(byte_by_byte(raw)) == [Refused(502)]


def test_http_1_0_has_no_transfer_coding() -> None:
    assert read_response([lines("HTTP/1.0 200 OK", "Transfer-Encoding: chunked") + LAST_CHUNK]) == [Refused(502)]


@pytest.mark.parametrize(
    "chunk", [b"0x3\r\nabc\r\n", b"3 \r\nabc\r\n", b"3\nabc\r\n", b"\r\n", b"fffffffffffffffff\r\n"]
)
def test_malformed_chunks_are_refused(chunk: bytes) -> None:
    raw = lines(OK, "Transfer-Encoding: chunked") + chunk
    assert read_response([raw])[1:] == [Refused(502)]
    assert read_response(byte_by_byte(raw))[1:] == [Refused(502)]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (lines(OK, "X: " + "x" * 200), "larger than 100 bytes"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200, "larger than 100 bytes"),
        (lines("HTTP/1.1 200 " + "x" * 200), "larger than 100 bytes"),
        (lines(OK, *["a: b"] * 6), "more than 5 header fields"),
    ],
    ids=["complete", "endless", "reason", "many"],
)
def test_heads_are_bounded(raw: bytes, problem: str) -> None:
    limits = HeadLimits(head_bytes=100, header_count=5)
    for pieces in ([raw], byte_by_byte(raw)):
        assert read_response(pieces, limits=limits) == [Refused(502)]
    parser = ResponseParser(limits)
    parser.expect(b"POST", Events())
    with pytest.raises(BadMessage, match=problem):
        parser.feed(raw)


def test_a_head_within_its_bounds_may_come_with_a_large_body() -> None:
    raw = lines(OK, "Content-Length: 100000") + b"x" * 100_000
    assert read_response([raw], limits=HeadLimits(head_bytes=100))[1:] == [b"x" * 100_000, END]
