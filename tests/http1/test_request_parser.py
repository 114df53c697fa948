"""Requests in every chunking: what is accepted, in which form, and where the bounds are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import LAST_CHUNK, encode_chunk, encode_request
from claudeflare.http1.limits import BLANK_ALLOWANCE, FRAMING_ALLOWANCE, HeadLimits
from claudeflare.http1.request_parser import RequestHead, RequestParser
from http1.wire_events import (
    END,
    Event,
    Events,
    Refused,
    byte_by_byte,
    cut,
    cut_places,
    field_values,
    lines,
    plain_fields,
    read_requests,
)

GET = lines("GET /a HTTP/1.1", "Host: h")
POST = lines("POST /b HTTP/1.1", "Host: h", "Content-Length: 3") + b"abc"
CHUNKED_HEAD = lines("POST /c HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
CHUNKED = CHUNKED_HEAD + b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
H2C_GET = lines("GET /d HTTP/1.1", "Host: h", *OFFER)
H2C_POST = lines("POST /e HTTP/1.1", "Host: h", *OFFER, "Content-Length: 3") + b"abc"
H2C_CHUNKED = (
    lines("POST /f HTTP/1.1", "Host: h", *OFFER, "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\nT: x\r\n\r\n"
)
H2C_EMPTY = lines("POST /g HTTP/1.1", "Host: h", *OFFER, "Content-Length: 0")
STREAMS = [GET, POST, CHUNKED, H2C_GET, H2C_POST, H2C_CHUNKED, H2C_EMPTY, b"\r\n" + GET]


def head_of(raw: bytes) -> RequestHead:
    head = read_requests([raw])[0]
    assert isinstance(head, RequestHead), head
    return head


def ends(events: list[Event]) -> list[Event]:
    """Events with heads shortened to their paths."""
    return [event.path.decode() if isinstance(event, RequestHead) else event for event in events]


# -- what a head says --------------------------------------------------------------------------------------------------


def test_a_head_has_every_part() -> None:
    raw = lines("POST /v1/messages?beta=true HTTP/1.1", "Host: localhost:8080", "X-A: 1", "x-a: 2", "Content-Length: 3")
    assert read_requests([raw + b"abc"]) == [
        RequestHead(
            method=b"POST",
            path=b"/v1/messages",
            query=b"beta=true",
            minor=1,
            fields=[(b"Host", b"localhost:8080"), (b"X-A", b"1"), (b"x-a", b"2"), (b"Content-Length", b"3")],
            named={b"host": b"localhost:8080", b"x-a": b"1", b"content-length": b"3"},
            host=b"localhost:8080",
            content_length=3,
            chunked=False,
            keep_alive=True,
        ),
        b"abc",
        END,
    ]


@pytest.mark.parametrize(
    ("raw", "has_body"),
    [(GET, False), (POST, True), (CHUNKED, True), (H2C_EMPTY, False)],
    ids=["none", "length", "chunked", "length 0"],
)
def test_has_body(raw: bytes, has_body: bool) -> None:
    assert head_of(raw).has_body is has_body


@pytest.mark.parametrize(
    ("sent", "target"), [("/a?b=c&d", b"/a?b=c&d"), ("/a", b"/a"), ("/a?", b"/a"), ("http://h/a?b", b"/a?b")]
)
def test_the_target_is_sent_on_in_origin_form(sent: str, target: bytes) -> None:
    assert head_of(lines(f"GET {sent} HTTP/1.1", "Host: h")).target == target


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("X:", b""),
        ("X: ", b""),
        ("X: \t ", b""),
        ("X:v", b"v"),
        ("X: \t v \t ", b"v"),
        ("X: a \t b", b"a \t b"),
        ("X: \xff\x80", b"\xff\x80"),
        ("X: a: b", b"a: b"),
    ],
)
def test_white_space_around_a_value_is_not_part_of_it(line: str, value: bytes) -> None:
    raw = lines("GET / HTTP/1.1", line, "Host: h", "Y: z")
    for pieces in ([raw], byte_by_byte(raw)):
        head = read_requests(pieces)[0]
        assert isinstance(head, RequestHead)
        assert head.fields == [(b"X", value), (b"Host", b"h"), (b"Y", b"z")]


@pytest.mark.parametrize(
    ("version", "connection", "keep_alive"),
    [
        ("1.1", None, True),
        ("1.1", "keep-alive", True),
        ("1.1", "close", False),
        ("1.1", "CLOSE", False),
        ("1.1", "keep-alive, close", False),
        ("1.1", "x-private", True),
        ("1.0", None, False),
        ("1.0", "keep-alive", True),
        ("1.0", "Keep-Alive", True),
        ("1.0", "close", False),
    ],
)
def test_persistence_by_version_and_connection(version: str, connection: str | None, keep_alive: bool) -> None:
    fields = [f"Connection: {connection}"] if connection else []
    head = head_of(lines(f"GET / HTTP/{version}", "Host: h", *fields))
    assert (head.keep_alive, head.minor) == (keep_alive, int(version[-1]))


def test_a_second_connection_field_counts() -> None:
    assert not head_of(lines("GET / HTTP/1.1", "Host: h", "Connection: x", "Connection: close")).keep_alive


def test_http_1_0_may_do_without_host() -> None:
    assert head_of(lines("GET / HTTP/1.0")).host == b""


# -- chunkings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", STREAMS)
def test_byte_by_byte_means_the_same(raw: bytes) -> None:
    whole = read_requests([raw])
    assert whole[-1] == END
    assert read_requests(byte_by_byte(raw)) == whole


@pytest.mark.parametrize("raw", STREAMS)
def test_nothing_is_reported_before_the_end_of_the_head_nor_ended_before_the_last_byte(raw: bytes) -> None:
    head_length = raw.index(b"\r\n\r\n") + 4
    assert read_requests(byte_by_byte(raw[: head_length - 1])) == []
    assert END not in read_requests(byte_by_byte(raw[:-1]))


@given(st.lists(st.sampled_from(STREAMS), min_size=1, max_size=6), cut_places)
def test_pipelined_requests_mean_the_same_in_every_chunking(requests: list[bytes], places: list[int]) -> None:
    expected = [event for raw in requests for event in read_requests([raw])]
    assert read_requests(cut(b"".join(requests), places)) == expected


@given(plain_fields(), st.binary(max_size=200), st.booleans(), cut_places)
def test_what_is_encoded_is_read_back(
    fields: list[tuple[bytes, bytes]], body: bytes, chunked: bool, places: list[int]
) -> None:
    framing = (b"Transfer-Encoding", b"chunked") if chunked else (b"Content-Length", b"%d" % len(body))
    raw = encode_request(b"PUT", b"/p?q", b"h:1", [*fields, framing])
    raw += (encode_chunk(body) if body else b"") + LAST_CHUNK if chunked else body
    head, *rest = read_requests(cut(raw, places))
    assert isinstance(head, RequestHead)
    assert (head.method, head.target, head.host) == (b"PUT", b"/p?q", b"h:1")
    assert head.fields == [(b"Host", b"h:1"), *fields, framing]
    assert (head.chunked, head.content_length) == (chunked, None if chunked else len(body))
    assert rest == ([body, END] if body else [END])


@given(st.binary(max_size=60), cut_places)
def test_no_value_can_hold_a_line_end(value: bytes, places: list[int]) -> None:
    """However a value is written, what is read of it can be sent on in a line of its own."""
    for event in read_requests(cut(lines("GET / HTTP/1.1", "Host: h", b"X: " + value), places)):
        if isinstance(event, RequestHead):
            sent = encode_request(event.method, event.target, event.host, event.fields[1:])
            assert sent.count(b"\r") == sent.count(b"\n") == len(event.fields) + 2
            assert not any(set(v) & {0, 10, 13} or v != v.strip() for _, v in event.fields)


@given(field_values)
def test_an_ordinary_value_is_read_as_it_is(value: bytes) -> None:
    assert head_of(lines("GET / HTTP/1.1", "Host: h", b"X: " + value)).named[b"x"] == value


@given(st.binary(max_size=300), cut_places)
def test_any_bytes_are_read_or_refused_alike_in_every_chunking(data: bytes, places: list[int]) -> None:
    assert read_requests(cut(data, places)) == read_requests(byte_by_byte(data))


@given(st.sampled_from(STREAMS), st.integers(0, 10_000), st.binary(min_size=1, max_size=3), cut_places)
def test_damaged_requests_are_read_or_refused_alike_in_every_chunking(
    raw: bytes, at: int, damage: bytes, places: list[int]
) -> None:
    at %= len(raw)
    damaged = raw[:at] + damage + raw[at + len(damage) :]
    assert read_requests(cut(damaged, places)) == read_requests(byte_by_byte(damaged))


# -- upgrade offers are ignored ------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [H2C_GET, H2C_POST, H2C_CHUNKED, H2C_EMPTY])
@pytest.mark.parametrize("split", [lambda raw: [raw], byte_by_byte], ids=["whole", "bytes"])
def test_after_an_offer_the_connection_goes_on(raw: bytes, split: Callable[[bytes], list[bytes]]) -> None:
    body = [b"abc"] if b"abc" in raw else []
    events = ends(read_requests(split(raw + GET + raw)))
    path = head_of(raw).path.decode()
    assert events == [path, *body, END, "/a", END, path, *body, END]


def test_an_offer_of_a_closing_client_ends_the_connection_too() -> None:
    raw = lines("GET /a HTTP/1.1", "Host: h", "Connection: upgrade, close", "Upgrade: h2c")
    assert ends(read_requests([raw])) == ["/a", END]
    assert ends(read_requests([raw + GET])) == ["/a", END, Refused(400)]
    assert ends(read_requests([raw, GET])) == ["/a", END, Refused(400)]


def test_upgrade_without_its_connection_option_is_an_ordinary_field() -> None:
    assert ends(read_requests([lines("GET /a HTTP/1.1", "Host: h", "Upgrade: h2c") + GET])) == ["/a", END, "/a", END]


# -- what comes after ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "closing", [lines("GET /a HTTP/1.1", "Host: h", "Connection: close"), lines("GET /a HTTP/1.0")]
)
def test_nothing_is_read_behind_a_request_that_closes(closing: bytes) -> None:
    assert ends(read_requests([closing + b"\r\n"])) == ["/a", END]
    assert ends(read_requests([closing + GET])) == ["/a", END, Refused(400)]
    assert ends(read_requests([closing, GET])) == ["/a", END, Refused(400)]


def test_a_body_nobody_announced_is_not_read_as_one() -> None:
    assert ends(read_requests([lines("POST /a HTTP/1.1", "Host: h") + b"abc"])) == ["/a", END, Refused(501)]


def test_trailer_fields_are_dropped() -> None:
    head, body, end = read_requests([CHUNKED])
    assert isinstance(head, RequestHead)
    assert b"trailer" not in head.named
    assert (body, end) == (b"abcde", END)


def test_in_head_says_whether_a_head_is_under_way() -> None:
    parser = RequestParser(Events(), HeadLimits())
    seen = []
    for piece in (b"\r\n", b"G", b"ET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n", b"\r\n", b"x", b"GET"):
        parser.feed(piece)
        seen.append(parser.in_head)
    assert seen == [False, True, True, False, False, True]


@pytest.mark.parametrize("method", ["on_request", "on_request_body", "on_request_end"])
def test_what_a_handler_raises_comes_out_of_feed(method: str) -> None:
    class Failing(Events):
        pass

    def fail(self: Events, *_: object) -> None:
        raise BadMessage(413, "The request body is larger than 2 bytes.")

    setattr(Failing, method, fail)
    parser = RequestParser(Failing(), HeadLimits())
    with pytest.raises(BadMessage, match="larger than 2 bytes") as caught:
        parser.feed(POST)
    assert caught.value.status == 413


# -- bounds --------------------------------------------------------------------------------------------------------

SMALL = HeadLimits(head_bytes=100, header_count=5)


def padded(size: int, *, chunked: bool = False) -> bytes:
    """A request whose head is `size` bytes long."""
    framing = ["Transfer-Encoding: chunked"] if chunked else []
    bare = len(lines("GET / HTTP/1.1", "Host: h", *framing, "X: "))
    return lines("GET / HTTP/1.1", "Host: h", *framing, "X: " + "x" * (size - bare))


def test_a_head_of_the_allowed_size_passes_in_every_chunking() -> None:
    raw = padded(100)
    assert len(raw) == 100
    assert read_requests([raw], SMALL)[-1] == END
    assert read_requests(byte_by_byte(raw), SMALL)[-1] == END


@pytest.mark.parametrize("size", [150, 1_000])
def test_a_larger_head_is_refused_in_every_chunking(size: int) -> None:
    assert read_requests([padded(size)], SMALL) == [Refused(431)]
    assert read_requests(byte_by_byte(padded(size)), SMALL) == [Refused(431)]


@pytest.mark.parametrize(
    "endless",
    [b"GET /" + b"a" * 200, b"GET / HTTP/1.1\r\nX" + b"x" * 200, b"GET / HTTP/1.1\r\nX: " + b"x" * 200],
    ids=["target", "name", "value"],
)
def test_a_head_that_never_ends_is_refused(endless: bytes) -> None:
    assert read_requests([endless], SMALL) == [Refused(431)]
    assert read_requests(byte_by_byte(endless), SMALL) == [Refused(431)]


def test_a_method_that_never_ends_is_refused() -> None:
    assert read_requests([b"G" * 200], SMALL) == [Refused(501)]


@pytest.mark.parametrize(("count", "last"), [(5, END), (6, Refused(431))])
def test_the_number_of_fields_is_bounded(count: int, last: Event) -> None:
    raw = lines("GET / HTTP/1.1", "Host: h", *["a:b"] * (count - 1))
    assert read_requests([raw], SMALL)[-1] == last
    assert read_requests(byte_by_byte(raw), SMALL)[-1] == last


def test_the_default_bounds_refuse_a_header_bomb() -> None:
    assert read_requests([lines("GET / HTTP/1.1", "Host: h", *["a: b"] * 201)]) == [Refused(431)]
    assert read_requests([lines("GET / HTTP/1.1", "Host: h", "a: " + "b" * 66_000)]) == [Refused(431)]


@pytest.mark.parametrize("raw", [GET, CHUNKED, padded(100)], ids=["get", "chunked", "largest"])
def test_what_came_before_in_the_same_bytes_does_not_count(raw: bytes) -> None:
    """A large body and the start of the next request, read at once, are neither a large head nor chunk framing."""
    large = lines("POST /l HTTP/1.1", "Host: h", "Content-Length: 200000") + b"x" * 200_000
    for stop in range(1, len(raw)):
        events = ends(read_requests([large + raw[:stop], raw[stop:]], SMALL))
        assert events[-1] == END, stop
        assert len(events) == 3 + len(read_requests([raw], SMALL)), stop


def test_a_head_that_began_behind_another_message_is_bounded_as_well() -> None:
    endless = b"GET / HTTP/1.1\r\nX: "
    assert ends(read_requests([POST + endless, *[b"x" * 10] * 20], SMALL))[-1] == Refused(431)
    assert ends(read_requests([POST + padded(200)[:150], padded(200)[150:]], SMALL))[-1] == Refused(431)


def test_empty_lines_in_front_are_bounded() -> None:
    blank = b"\r\n" * (BLANK_ALLOWANCE // 2)
    assert ends(read_requests([blank, GET, blank, GET])) == ["/a", END, "/a", END]
    assert ends(read_requests([*byte_by_byte(blank), GET])) == ["/a", END]
    assert read_requests([blank, b"\r\n"]) == [Refused(400)]
    assert read_requests(byte_by_byte(blank + b"\r\n")) == [Refused(400)]


@pytest.mark.parametrize(
    "endless",
    [b"3;" + b"x" * 1_000, b"0" * 1_000, b"0\r\nX: " + b"x" * 1_000, b"0\r\n" + b"X: y\r\n" * 200],
    ids=["extension", "zeros", "trailer", "trailers"],
)
@pytest.mark.parametrize("body", [b"", encode_chunk(b"x" * 1_000_000)], ids=["no body", "after a large body"])
def test_framing_that_never_ends_is_refused(endless: bytes, body: bytes) -> None:
    more = endless[-6:] * 100
    pieces = [CHUNKED_HEAD, body, endless, *[more] * ((FRAMING_ALLOWANCE + 65_536) // len(more) + 1)]
    assert read_requests([piece for piece in pieces if piece])[-1] == Refused(400)


def test_a_body_in_chunks_of_one_byte_is_accepted() -> None:
    raw = CHUNKED_HEAD + encode_chunk(b"x") * 50_000 + LAST_CHUNK
    expected = ["/c", b"x" * 50_000, END]
    assert ends(read_requests([raw])) == expected
    assert ends(read_requests([raw[at : at + 1_000] for at in range(0, len(raw), 1_000)])) == expected


def test_pipelined_bodies_each_have_their_own_allowance() -> None:
    assert ends(read_requests([CHUNKED] * 5_000))[-2:] == [b"abcde", END]
    assert ends(read_requests([CHUNKED * 5_000]))[-2:] == [b"abcde", END]
