"""Responses out, read back by the parser."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from claudeflare.gateway.response_writer import SCATTER_BYTES, ResponseWriter
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.request_parser import RequestHead
from claudeflare.http1.response_parser import ResponseHead, ResponseParser


class Wire:
    """A transport that keeps what is written, and reads it back."""

    def __init__(self, method: bytes = b"GET") -> None:
        self.data = b""
        self.writes = 0
        self.head: ResponseHead | None = None
        self.body = b""
        self.ended = False
        self.method = method

    def write(self, data: bytes) -> None:
        self.data += data
        self.writes += 1

    def writelines(self, parts: tuple[bytes, ...]) -> None:
        self.data += b"".join(parts)
        self.writes += 1

    def on_response(self, head: ResponseHead) -> None:
        self.head = head

    def on_response_body(self, data: bytes) -> None:
        self.body += data

    def on_response_end(self) -> None:
        self.ended = True

    def read_back(self, *, closed: bool = False) -> None:
        parser = ResponseParser(HeadLimits())
        parser.expect(self.method, self)
        parser.feed(self.data)
        if closed:
            parser.end_of_input()


def request(method: bytes = b"GET", minor: int = 1, *, keep_alive: bool = True) -> RequestHead:
    return RequestHead(
        method=method, path=b"/", query=b"", minor=minor, fields=[], named={}, host=b"localhost", content_length=None,
        chunked=False, keep_alive=keep_alive,
    )  # fmt: skip


def writer(wire: Wire, head: RequestHead) -> ResponseWriter:
    return ResponseWriter(cast(asyncio.Transport, wire), head)


@pytest.mark.parametrize("size", [1, 100, SCATTER_BYTES - 1, SCATTER_BYTES, 100_000])
@pytest.mark.parametrize("known", [True, False])
def test_bodies_come_out_as_they_went_in(size: int, known: bool) -> None:
    wire = Wire()
    response = writer(wire, request())
    response.head(200, b"", [(b"x", b"y")], size * 2 if known else None)
    response.body(b"a" * size)
    response.body(b"b" * size)
    response.end()
    wire.read_back()
    assert wire.ended
    assert wire.body == b"a" * size + b"b" * size
    assert response.body_bytes == size * 2
    assert wire.head is not None
    assert wire.head.keep_alive


def test_an_unknown_length_to_http_1_0_ends_with_the_connection() -> None:
    wire = Wire()
    response = writer(wire, request(minor=0))
    response.head(200, b"OK", [], None)
    response.body(b"abc")
    response.end()
    assert not response.persistent
    wire.read_back(closed=True)
    assert (wire.body, wire.ended) == (b"abc", True)


def test_a_persistent_http_1_0_client_is_told_so() -> None:
    wire = Wire()
    writer(wire, request(minor=0)).whole(200, [], b"abc")
    assert b"connection: keep-alive\r\n" in wire.data


def test_a_client_that_asked_for_close_is_told_so() -> None:
    wire = Wire()
    writer(wire, request(keep_alive=False)).whole(200, [], b"abc")
    assert b"connection: close\r\n" in wire.data


def test_head_gets_the_length_and_no_body() -> None:
    wire = Wire(b"HEAD")
    writer(wire, request(b"HEAD")).whole(200, [], b"abc")
    assert wire.data.endswith(b"\r\n\r\n")
    wire.read_back()
    assert wire.head is not None
    assert wire.head.content_length == 3


@pytest.mark.parametrize("size", [1, SCATTER_BYTES])
@pytest.mark.parametrize("known", [True, False])
def test_the_head_goes_out_with_the_first_of_the_body(size: int, known: bool) -> None:
    wire = Wire()
    response = writer(wire, request())
    response.head(200, b"", [], size if known else None)
    assert (wire.writes, response.head_sent) == (0, True)
    response.body(b"a" * size)
    assert wire.writes == 1
    response.end()
    wire.read_back()
    assert wire.ended
    assert wire.body == b"a" * size


def test_a_head_that_need_not_wait_is_flushed_once() -> None:
    wire = Wire()
    response = writer(wire, request())
    response.head(200, b"", [], 1)
    response.flush()
    assert wire.data == b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n"
    response.flush()
    response.body(b"a")
    assert wire.writes == 2
    wire.read_back()
    assert wire.ended


def test_the_head_of_an_answer_without_a_body_goes_out_at_its_end() -> None:
    wire = Wire(b"HEAD")
    response = writer(wire, request(b"HEAD"))
    response.head(200, b"", [], 7, bodiless=True)
    response.body(b"ignored")
    response.end()
    assert wire.data == b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n"
