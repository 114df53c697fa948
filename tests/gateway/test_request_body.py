"""A request's body: kept, counted, or passed on."""

from __future__ import annotations

import tracemalloc

import pytest

from claudeflare.gateway.request_body import HELD_BYTES, SMALL_BYTES, RequestBody
from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.request_parser import RequestHead


def head(length: int | None = None, *, chunked: bool = False) -> RequestHead:
    return RequestHead(
        method=b"POST", path=b"/v1/files", query=b"", minor=1, fields=[], named={}, host=b"localhost",
        content_length=length, chunked=chunked, keep_alive=True,
    )  # fmt: skip


class Sink:
    def __init__(self) -> None:
        self.data = b""
        self.ended = False

    def write(self, data: bytes) -> None:
        assert not self.ended
        self.data += data

    def end_request(self) -> None:
        self.ended = True


def test_a_small_body_is_kept_whole() -> None:
    body = RequestBody(head(6), limit=10, replay_limit=10)
    body.add(b"abc")
    body.add(b"def")
    body.end()
    assert (body.whole(), body.whole(), body.received, body.streamed) == (b"abcdef", b"abcdef", 6, False)


def test_small_and_large_pieces_keep_their_order() -> None:
    pieces = [b"a", b"b", b"c" * SMALL_BYTES, b"d", b"e" * (SMALL_BYTES - 1), b"f" * 2000, b"g"]
    body = RequestBody(head(chunked=True), limit=10_000, replay_limit=10_000)
    for piece in pieces:
        body.add(piece)
    body.end()
    assert body.whole() == b"".join(pieces)
    assert type(body.whole()) is bytes


def test_a_body_in_tiny_pieces_takes_little_more_than_its_size() -> None:
    body = RequestBody(head(chunked=True), limit=1_000_000, replay_limit=1_000_000)
    tracemalloc.start()
    for _ in range(50_000):
        body.add(bytes(bytearray(b"ab")))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 200_000


def test_no_body_is_no_body() -> None:
    assert not RequestBody(head(), 10, 10).present
    assert RequestBody(head(), 10, 10).whole() == b""
    assert RequestBody(head(0), 10, 10).present


def test_every_byte_counts_against_the_limit() -> None:
    body = RequestBody(head(chunked=True), limit=10, replay_limit=10)
    body.add(b"x" * 10)
    with pytest.raises(BadMessage) as raised:
        body.add(b"x")
    assert raised.value.status == 413


@pytest.mark.parametrize("when", ["before", "between", "after"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_reaches_its_sink_whenever_that_comes(when: str, chunked: bool) -> None:
    body, sink = RequestBody(head(None if chunked else 30, chunked=chunked), 100, 5), Sink()
    if when == "before":
        body.attach(sink)
    body.add(b"x" * 10)
    if when == "between":
        body.attach(sink)
    body.add(b"y" * 20)
    body.end()
    if when == "after":
        body.attach(sink)
    assert sink.ended
    content = b"x" * 10 + b"y" * 20
    if not chunked:
        assert sink.data == content
    elif when == "after":
        assert sink.data == b"1e\r\n" + content + b"\r\n0\r\n\r\n"
    else:
        assert sink.data == b"a\r\n" + b"x" * 10 + b"\r\n14\r\n" + b"y" * 20 + b"\r\n0\r\n\r\n"


def test_a_client_that_is_ahead_of_its_upstream_has_to_wait() -> None:
    body = RequestBody(head(10 * HELD_BYTES), 100 * HELD_BYTES, 5)
    body.add(b"x" * HELD_BYTES)
    assert body.held_full
    body.attach(Sink())
    assert not body.held_full


def test_what_is_left_when_the_upstream_is_gone_is_counted_and_dropped() -> None:
    body, sink = RequestBody(head(30), 100, 5), Sink()
    body.attach(sink)
    body.add(b"x" * 10)
    body.detach()
    body.add(b"y" * 20)
    body.end()
    assert (sink.data, sink.ended, body.received) == (b"x" * 10, False, 30)
