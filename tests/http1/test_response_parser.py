"""Responses in every chunking: where they end, what is refused, and whether the connection can be used again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import LAST_CHUNK, encode_chunk, encode_response
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.response_parser import ResponseHead, ResponseParser
from http1.wire_events import (
    CUT_OFF,
    END,
    Event,
    Events,
    Refused,
    byte_by_byte,
    cut,
    cut_places,
    lines,
    plain_fields,
    read_response,
)

OK = "HTTP/1.1 200 OK"
LENGTH = lines(OK, "Content-Length: 3") + b"abc"
CHUNKED = lines(OK, "Transfer-Encoding: chunked") + b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
EMPTY = lines(OK, "Content-Length: 0")
NO_CONTENT = lines("HTTP/1.1 204 No Content")
INTERIM = lines("HTTP/1.1 100 Continue") + lines("HTTP/1.1 103 Early Hints", "Link: </a>") + LENGTH
RESPONSES = [LENGTH, CHUNKED, EMPTY, NO_CONTENT, INTERIM]


def head_of(raw: bytes, method: bytes = b"POST") -> ResponseHead:
    head = read_response([raw], method)[0]
    assert isinstance(head, ResponseHead), head
    return head


def brief(events: list[Event]) -> list[Event | int]:
    """Events with heads shortened to their status."""
    return [event.status if isinstance(event, ResponseHead) else event for event in events]


def parsed(raw: bytes, method: bytes = b"POST") -> ResponseParser:
    parser = ResponseParser(HeadLimits())
    parser.expect(method, Events())
    parser.feed(raw)
    return parser


# -- what a head says ----------------------------------------------------------------------------------------------


def test_a_head_has_every_part() -> None:
    raw = lines("HTTP/1.1 429 Too Many Requests", "Set-Cookie: a", "set-cookie: b", "X: ", "Content-Length: 3") + b"abc"
    assert read_response([raw]) == [
        ResponseHead(
            status=429,
            reason=b"Too Many Requests",
            fields=[(b"Set-Cookie", b"a"), (b"set-cookie", b"b"), (b"X", b""), (b"Content-Length", b"3")],
            named={b"set-cookie": b"a", b"x": b"", b"content-length": b"3"},
            content_length=3,
            chunked=False,
            bodiless=False,
            keep_alive=True,
        ),
        b"abc",
        END,
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("HTTP/1.1 200", b""),
        ("HTTP/1.1 200 ", b""),
        ("HTTP/1.1 200 All is well", b"All is well"),
        ("HTTP/1.1 200 \xe9t\xe9", b"\xe9t\xe9"),
    ],
)
def test_reasons(line: str, reason: bytes) -> None:
    assert head_of(lines(line, "Content-Length: 0")).reason == reason


def test_white_space_around_a_value_is_not_part_of_it() -> None:
    assert head_of(lines(OK, "X: \t a b \t", "Content-Length: 0 ")).named == {b"x": b"a b", b"content-length": b"0"}


@pytest.mark.parametrize(
    ("raw", "until_close"),
    [(LENGTH, False), (CHUNKED, False), (NO_CONTENT, False), (lines(OK), True), (lines("HTTP/1.0 200 OK"), True)],
    ids=["length", "chunked", "204", "1.1", "1.0"],
)
def test_until_close(raw: bytes, until_close: bool) -> None:
    assert head_of(raw).until_close is until_close


# -- chunkings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", RESPONSES)
def test_byte_by_byte_means_the_same(raw: bytes) -> None:
    whole = read_response([raw])
    assert whole[-1] == END
    assert read_response(byte_by_byte(raw)) == whole
    assert END not in read_response(byte_by_byte(raw[:-1]))


@given(st.sampled_from(RESPONSES), cut_places)
def test_a_response_means_the_same_in_every_chunking(raw: bytes, places: list[int]) -> None:
    assert read_response(cut(raw, places)) == read_response([raw])


@given(
    st.sampled_from([200, 201, 400, 404, 429, 500, 529]),
    plain_fields(),
    st.binary(max_size=200),
    st.sampled_from(["length", "chunked", "close"]),
    cut_places,
)
def test_what_is_encoded_is_read_back(
    status: int, fields: list[tuple[bytes, bytes]], body: bytes, framing: str, places: list[int]
) -> None:
    framed = {
        "length": ([(b"content-length", b"%d" % len(body))], body),
        "chunked": ([(b"transfer-encoding", b"chunked")], (encode_chunk(body) if body else b"") + LAST_CHUNK),
        "close": ([], body),
    }
    extra, content = framed[framing]
    raw = encode_response(status, b"Reason", [*fields, *extra]) + content
    head, *rest = read_response(cut(raw, places), ended=True)
    assert isinstance(head, ResponseHead)
    assert (head.status, head.reason, head.fields) == (status, b"Reason", [*fields, *extra])
    assert (head.chunked, head.until_close) == (framing == "chunked", framing == "close")
    assert rest == ([body, END] if body else [END])


@given(st.sampled_from(RESPONSES), st.integers(0, 10_000), st.binary(min_size=1, max_size=3), cut_places)
def test_damaged_responses_are_read_or_refused_alike_in_every_chunking(
    raw: bytes, at: int, damage: bytes, places: list[int]
) -> None:
    at %= len(raw)
    damaged = raw[:at] + damage + raw[at + len(damage) :]
    events, other = read_response(cut(damaged, places)), read_response(byte_by_byte(damaged))
    assert without_blank_refusal(events) == without_blank_refusal(other)


def without_blank_refusal(events: list[Event]) -> list[Event]:
    """Empty lines behind the end are swallowed or refused, as they come with it or after it: neither is an event."""
    return events[:-1] if events[-2:] == [END, Refused(502)] else events


@given(st.binary(max_size=60))
def test_neither_value_nor_reason_can_hold_a_line_end(text: bytes) -> None:
    for event in read_response([lines(b"HTTP/1.1 200 " + text, b"X: " + text, "Content-Length: 0")]):
        if isinstance(event, ResponseHead):
            sent = encode_response(event.status, event.reason, event.fields)
            assert sent.count(b"\r") == sent.count(b"\n") == len(event.fields) + 2
            assert 0 not in sent


# -- where a response ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("field", ["Content-Length: 3", "Transfer-Encoding: chunked", "X: y"])
def test_204_and_304_have_no_body_whatever_they_announce(status: int, field: str) -> None:
    raw = lines(f"HTTP/1.1 {status} Bare", field)
    head = head_of(raw)
    assert (head.bodiless, head.until_close) == (True, False)
    assert brief(read_response([raw])) == [status, END]
    assert brief(read_response([raw + b"abc"])) == [status, END, Refused(502)]


@pytest.mark.parametrize("field", ["Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked", "X: y"])
def test_the_answer_to_head_has_no_body_whatever_it_announces(field: str) -> None:
    raw = lines(OK, field)
    assert head_of(raw, b"HEAD").bodiless
    for pieces in ([raw], byte_by_byte(raw)):
        assert brief(read_response(pieces, b"HEAD")) == [200, END]


@pytest.mark.parametrize("field", ["Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked", "X: y"])
@pytest.mark.parametrize("body", [b"abc\r\nabc", b"3\r\nabc\r\n0\r\n\r\n", LENGTH])
def test_a_body_sent_to_head_is_never_delivered(field: str, body: bytes) -> None:
    raw = lines(OK, field) + body
    for pieces in ([raw], byte_by_byte(raw)):
        assert brief(read_response(pieces, b"HEAD")) == [200, END, Refused(502)]


def test_after_a_chunked_answer_to_head_the_connection_is_not_used_again() -> None:
    """An upstream that sends the chunks all the same cannot be told from one that does not."""
    raw = lines(OK, "Transfer-Encoding: chunked")
    assert not parsed(raw, b"HEAD").keep_alive
    assert not parsed(raw + LAST_CHUNK, b"HEAD").keep_alive
    assert parsed(lines(OK, "Content-Length: 3"), b"HEAD").keep_alive


def test_the_next_response_after_head_has_its_body() -> None:
    parser, events = ResponseParser(HeadLimits()), Events()
    for method, raw in ((b"HEAD", lines(OK, "Content-Length: 3")), (b"POST", LENGTH), (b"POST", CHUNKED)):
        parser.expect(method, events)
        parser.feed(raw)
        assert parser.complete
    assert brief(events.seen) == [200, END, 200, b"abc", END, 200, b"abcde", END]


@pytest.mark.parametrize("count", [1, 2, 50])
@pytest.mark.parametrize("interim", ["HTTP/1.1 100 Continue", "HTTP/1.1 102 Processing", "HTTP/1.1 103 Early Hints"])
def test_interim_responses_are_passed_over(interim: str, count: int) -> None:
    raw = lines(interim, "Link: </a>", "Content-Length: 3") * count + LENGTH
    for pieces in ([raw], byte_by_byte(raw)):
        assert read_response(pieces) == read_response([LENGTH])


def test_interim_responses_without_end_are_refused() -> None:
    limits = HeadLimits(head_bytes=1_000)
    assert read_response([lines("HTTP/1.1 100 Continue")] * 100, limits=limits) == [Refused(502)]


@pytest.mark.parametrize("fields", [("Connection: upgrade", "Upgrade: h2c"), ("Upgrade: websocket",), ()])
def test_switching_protocols_is_refused(fields: tuple[str, ...]) -> None:
    raw = lines("HTTP/1.1 101 Switching Protocols", *fields) + b"\x00\x00"
    assert read_response([raw]) == [Refused(502)]
    assert read_response(byte_by_byte(raw)) == [Refused(502)]


def test_an_upgrade_offered_with_an_ordinary_answer_is_ignored() -> None:
    raw = lines(OK, "Connection: upgrade", "Upgrade: h2,h2c", "Content-Length: 3") + b"abc"
    assert brief(read_response([raw])) == [200, b"abc", END]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_without_framing_the_end_of_the_connection_is_the_end(version: str) -> None:
    raw = lines(f"HTTP/{version} 200 OK") + b"abc"
    assert brief(read_response([raw])) == [200, b"abc"]
    assert brief(read_response([raw], ended=True)) == [200, b"abc", END]
    assert brief(read_response([lines(f"HTTP/{version} 200 OK")], ended=True)) == [200, END]


@pytest.mark.parametrize("raw", [LENGTH, CHUNKED, INTERIM])
def test_a_response_cut_off_anywhere_does_not_end(raw: bytes) -> None:
    for stop in range(len(raw)):
        events = read_response([raw[:stop]] if stop else [], ended=True)
        assert events[-1] == CUT_OFF
        assert END not in events
    assert read_response([raw], ended=True)[-1] == END


# -- what comes after ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [*RESPONSES, lines(OK, "Content-Length: 3", "Connection: close") + b"abc"])
@pytest.mark.parametrize("more", [b"x", LENGTH, b"\r\n" + LENGTH, b"0\r\n\r\n"])
def test_bytes_behind_the_end_are_refused(raw: bytes, more: bytes) -> None:
    expected = [*read_response([raw]), Refused(502)]
    assert read_response([raw + more]) == expected
    assert read_response([raw, more]) == expected


def test_bytes_nobody_asked_for_are_refused() -> None:
    parser = ResponseParser(HeadLimits())
    assert parser.complete
    assert parser.end_of_input()
    with pytest.raises(BadMessage, match="nobody asked for") as caught:
        parser.feed(LENGTH)
    assert caught.value.status == 502


@pytest.mark.parametrize(
    ("raw", "keep_alive"),
    [
        (LENGTH, True),
        (CHUNKED, True),
        (EMPTY, True),
        (NO_CONTENT, True),
        (INTERIM, True),
        (lines(OK), False),
        (lines(OK, "Content-Length: 3", "Connection: close") + b"abc", False),
        (lines("HTTP/1.0 200 OK", "Content-Length: 3") + b"abc", False),
        (lines("HTTP/1.0 200 OK", "Content-Length: 3", "Connection: keep-alive") + b"abc", True),
        (lines("HTTP/1.1 100 Continue"), False),
    ],
)
def test_keep_alive(raw: bytes, keep_alive: bool) -> None:
    assert parsed(raw).keep_alive is keep_alive


def test_nothing_of_one_response_is_left_in_the_next() -> None:
    parser, events = ResponseParser(HeadLimits()), Events()
    for raw in (lines(OK, "A: b", "Content-Length: 3") + b"abc", NO_CONTENT):
        parser.expect(b"POST", events)
        assert not parser.complete
        assert not parser.keep_alive
        parser.feed(raw)
    assert events.seen == [
        *read_response([lines(OK, "A: b", "Content-Length: 3") + b"abc"]),
        *read_response([NO_CONTENT]),
    ]


@pytest.mark.parametrize("method", ["on_response", "on_response_body", "on_response_end"])
def test_what_a_receiver_raises_comes_out_of_feed(method: str) -> None:
    class Failing(Events):
        pass

    def fail(self: Events, *_: object) -> None:
        raise ArithmeticError("a bug of the receiver's")

    setattr(Failing, method, fail)
    parser = ResponseParser(HeadLimits())
    parser.expect(b"POST", Failing())
    with pytest.raises(ArithmeticError, match="a bug"):
        parser.feed(LENGTH)
