"""Bytes that two parsers have been known to read differently: refused with the right status, or read in one form.

The classes are those of published request smuggling research; every case runs whole and byte by byte.
"""

from __future__ import annotations

import pytest

from claudeflare.http1.encoding import encode_request
from claudeflare.http1.fields import end_to_end
from claudeflare.http1.request_parser import RequestHead
from http1.wire_events import END, Refused, byte_by_byte, lines, read_requests

CHUNKED = lines("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
NEXT = lines("GET /next HTTP/1.1", "Host: h")


def sent_on(raw: bytes) -> list[bytes | str | Refused]:
    """What would go upstream, in one form: each request framed afresh by its length; then the refusal, if any."""
    whole, pieces = read_requests([raw]), read_requests(byte_by_byte(raw))
    assert whole == pieces
    out: list[bytes | str | Refused] = []
    head, body = None, b""
    for event in whole:
        match event:
            case RequestHead():
                head, body = event, b""
            case bytes():
                body = event
            case Refused():
                out.append(event)
            case _:
                assert isinstance(head, RequestHead)
                fields = end_to_end(head.fields, frozenset({b"host", b"content-length", b"transfer-encoding"}))
                if head.chunked or head.content_length is not None:
                    fields.append((b"Content-Length", b"%d" % len(body)))
                out.append(encode_request(head.method, head.target, head.host, fields) + body)
    return out


def post(*fields: str | bytes) -> bytes:
    return lines("POST / HTTP/1.1", "Host: h", *fields)


PLAIN = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


# -- how long the body is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "length"), [("3", 3), ("3 ", 3), (" \t3\t ", 3), ("03", 3), ("0000000000000000000000003", 3)]
)
def test_content_length_in_other_spellings(value: str, length: int) -> None:
    assert sent_on(post(f"Content-Length: {value}") + b"abc" + NEXT) == [PLAIN, NEXT]


@pytest.mark.parametrize(
    "value",
    ["", " ", "-1", "+3", "3, 3", "3,", ",3", "3 3", "0x3", "3.0", "1e1", "3_0", "abc", "\xb2", "3\x0b", "3;", '"3"'],
)
def test_content_length_that_is_no_number(value: str) -> None:
    assert sent_on(post(f"Content-Length: {value}") + b"abc") == [Refused(400)]


@pytest.mark.parametrize("value", [2**63, 2**64 - 1])
def test_a_huge_content_length_is_a_length(value: int) -> None:
    """Refusing it as too large is the business of whoever knows the limit."""
    head = read_requests([post(f"Content-Length: {value}") + b"abc"])[0]
    assert isinstance(head, RequestHead)
    assert head.content_length == value


@pytest.mark.parametrize("value", [2**64, 10**30])
def test_a_content_length_beyond_64_bits_is_refused(value: int) -> None:
    assert sent_on(post(f"Content-Length: {value}")) == [Refused(400)]


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 3", "Content-Length: 3"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: 0", "content-length: 3"),
        ("Transfer-Encoding: chunked", "Content-Length: 3"),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Content-Length: 3", "Transfer-Encoding: identity"),
        ("Content-Length: 3", "tRANSFER-eNCODING: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: chunked, gzip",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: chunked,",),
        ("Transfer-Encoding: ",),
        ("Transfer-Encoding: chunked\t",),
        ("Transfer-Encoding: chunked\x0b",),
        ("Transfer-Encoding: \x0bchunked",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding\t: chunked",),
        (" Transfer-Encoding: chunked",),
        ("X: y", " Transfer-Encoding: chunked"),
        ("Transfer-Encoding:", " chunked"),
        ("Transfer-Encoding\x00: chunked",),
        ("Transfer-Encoding: chunked\x00",),
        ("Transfer-Encoding: chunked\n",),
        ("X: y\nTransfer-Encoding: chunked",),
        ("X: y\rTransfer-Encoding: chunked",),
        ("Content-Length : 3",),
        ("Content-Length",),
    ],
)
def test_ambiguous_framing_is_refused(fields: tuple[str, ...]) -> None:
    assert sent_on(post(*fields) + b"0\r\n\r\n") == [Refused(400)]


@pytest.mark.parametrize(
    "coding",
    [
        "blegh", "identity", "gzip", "gzip, chunked", "xchunked", "chunkedx", ",chunked", ", chunked", "chunked;q=1",
        '"chunked"', "'chunked'", "chun ked", "chunked/1",
    ],
)  # fmt: skip
def test_another_transfer_coding_is_not_implemented(coding: str) -> None:
    assert sent_on(post(f"Transfer-Encoding: {coding}") + b"0\r\n\r\n") == [Refused(501)]


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "CHUNKED", " \t chunked", "chunked  "])
def test_chunked_in_other_spellings(coding: str) -> None:
    assert sent_on(post(f"Transfer-Encoding: {coding}") + b"3\r\nabc\r\n0\r\n\r\n" + NEXT) == [PLAIN, NEXT]


@pytest.mark.parametrize("name", ["Transfer_Encoding", "X-Transfer-Encoding", "Transfer-Encodin"])
def test_a_field_of_a_similar_name_does_not_frame(name: str) -> None:
    sent = sent_on(post(f"{name}: chunked") + NEXT)
    assert sent == [b"POST / HTTP/1.1\r\nHost: h\r\n%b: chunked\r\n\r\n" % name.encode(), NEXT]


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_http_1_0_has_no_transfer_coding(connection: str) -> None:
    raw = lines("POST / HTTP/1.0", "Host: h", f"Connection: {connection}", "Transfer-Encoding: chunked")
    assert sent_on(raw + b"0\r\n\r\n") == [Refused(400)]


# -- chunks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chunks",
    [
        b"3\r\nabc\r\n0\r\n\r\n",
        b"03\r\nabc\r\n00\r\n\r\n",
        b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
        b"3;a\r\nabc\r\n0;b=c\r\n\r\n",
        b'3;a="b;c";d\r\nabc\r\n0\r\n\r\n',
        b"3\r\nabc\r\n0\r\nTrailer: x\r\nHost: elsewhere\r\nAuthorization: x\r\n\r\n",
    ],
)
def test_chunks_read_in_one_form(chunks: bytes) -> None:
    assert sent_on(CHUNKED + chunks + NEXT) == [PLAIN, NEXT]


@pytest.mark.parametrize(
    "chunks",
    [
        b"0_2e\r\n", b"0x\r\n", b"0x3\r\nabc\r\n", b"0X3\r\nabc\r\n", b"+3\r\nabc\r\n", b"-3\r\nabc\r\n",
        b" 3\r\nabc\r\n", b"\t3\r\nabc\r\n", b"3 \r\nabc\r\n", b"3\t\r\nabc\r\n", b"3 ;a\r\nabc\r\n", b"3,3\r\nabc\r\n",
        b"\r\nabc\r\n", b"g\r\n", b";a\r\n", b"3h\r\nabc\r\n", b"\xb3\r\n", b"3\x00\r\nabc\r\n", b"3.0\r\nabc\r\n",
        b"fffffffffffffffff\r\n", b"10000000000000003\r\nabc\r\n",
        b"3\nabc\r\n", b"3\rabc\r\n", b"3\r\rabc\r\n", b"3;a\nabc\r\n", b"3;a\rb\r\nabc\r\n", b"3;a\x00\r\nabc\r\n",
        b"3;\r\nabc\r\n", b"3;;\r\nabc\r\n", b'3;a="\r\n"\r\nabc\r\n', b"3;a\xff\r\nabc\r\n",
        b"0\n\n", b"0\r\n\n", b"0\r\n\rX", b"0\r\nX : y\r\n\r\n", b"0\r\nX: a\r\n b\r\n\r\n", b"0\r\nX: y\n\r\n",
        b"0\r\nX: \x00\r\n\r\n", b"0\r\nContent-Length: 3\r\n\r\n", b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)  # fmt: skip
def test_malformed_chunks_are_refused(chunks: bytes) -> None:
    assert sent_on(CHUNKED + chunks + NEXT) == [Refused(400)]


@pytest.mark.parametrize(
    "chunk", [b"3\r\nabc\n", b"3\r\nabc", b"3\r\nabcd\r\n", b"3\r\nabc\r", b"3\r\nabcX\r\n", b"3\r\nabc\r\r\n"]
)
def test_a_chunk_that_is_not_as_long_as_it_says_is_refused(chunk: bytes) -> None:
    assert read_requests([CHUNKED + chunk + b"0\r\n\r\n" + NEXT])[1:] == [b"abc", Refused(400)]
    assert sent_on(CHUNKED + chunk + b"0\r\n\r\n" + NEXT) == [Refused(400)]


def test_a_body_cut_short_does_not_end() -> None:
    for raw in (PLAIN, CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"):
        for stop in range(raw.index(b"\r\n\r\n") + 4, len(raw)):
            events = read_requests([raw[:stop]])
            assert END not in events
            assert not any(isinstance(event, Refused) for event in events)


# -- lines and fields ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\rHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\rX",
        b"GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
        b"GET / HTTP/1.1\n\nHost: h\r\n\r\n",
    ],
)
def test_bare_line_ends_are_refused(raw: bytes) -> None:
    assert sent_on(raw) == [Refused(400)]


@pytest.mark.parametrize(
    "line",
    [
        b"X: a\r\n b", b"X: a\r\n\tb", b"X:\r\n b", b"X: a\r\n ", b" X: a", b"\tX: a", b"X : a", b"X\t: a", b": a",
        b" : a",
        b"X", b"X y: a", b"X\x00: a", b"X\xff: a", b"X\x7f: a", b"(X): a", b"X/y: a", b"X@: a", b"X[]: a", b'"X": a',
        b"X: a\x00b", b"X: \x00", b"X: a\x01", b"X: a\x08b", b"X: a\x0bb", b"X: a\x0c", b"X: a\x1fb", b"X: a\x7fb",
    ],
)  # fmt: skip
def test_malformed_fields_are_refused(line: bytes) -> None:
    assert sent_on(lines("GET / HTTP/1.1", "Host: h", line, "Y: z")) == [Refused(400)]
    assert sent_on(lines("GET / HTTP/1.1", line, "Host: h")) == [Refused(400)]


@pytest.mark.parametrize("name", ["Host", "Content-Type", "Authorization", "X-Api-Key", "Expect"])
def test_a_second_field_of_a_single_one_is_refused(name: str) -> None:
    for values in (("h", "h"), ("h", "i")):
        first, second = (f"{spelling}: {value}" for spelling, value in zip((name, name.lower()), values, strict=True))
        host = [] if name == "Host" else ["Host: h"]
        assert sent_on(lines("GET / HTTP/1.1", *host, first, "X: y", second)) == [Refused(400)]


def test_other_fields_may_repeat() -> None:
    raw = lines("GET / HTTP/1.1", "Host: h", "Accept: a", "accept: b", "Accept: a")
    assert sent_on(raw) == [raw]


@pytest.mark.parametrize(
    "host",
    [
        "", " ", "user@h", "user:secret@h", "h h", "h, i", "h/", "h/path", "h:", "h:port", "h:123456", "h:80:80",
        "http://h", "h?x",
        "h#x", "h%2e", "h\\i", "\x80h", "h\xe9", "[::1", "::1", "[h]", ".h", "h..i", ".", "h;i", "'h'",
    ],
)  # fmt: skip
def test_a_malformed_host_is_refused(host: str) -> None:
    for version in ("1.1", "1.0"):
        assert sent_on(lines(f"GET / HTTP/{version}", f"Host: {host}")) == [Refused(400)]


def test_a_missing_host_is_refused() -> None:
    assert sent_on(lines("GET / HTTP/1.1")) == [Refused(400)]
    assert sent_on(lines("GET http://h/ HTTP/1.1", "X: y")) == [Refused(400)]


# -- the request line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET / HTTP/0.9", 505),
        ("GET / HTTP/2.0", 505),
        ("GET /", 505),
        ("PRI * HTTP/2.0", 505),
        ("GET / HTTP/1.2", 400),
        ("GET / HTTP/3.0", 400),
        ("GET / HTTP/1.10", 400),
        ("GET / HTTP/01.1", 400),
        ("GET / HTTP/1,1", 400),
        ("GET / HTTP/11", 400),
        ("GET / http/1.1", 400),
        ("GET / HTTP /1.1", 400),
        ("GET / HTTP/1.1 ", 400),
        ("GET / HTTP/1.1 x", 400),
        ("GET / /b HTTP/1.1", 400),
        ("GET HTTP/1.1", 400),
        ("GET  HTTP/1.1", 400),
        ("GET /\t HTTP/1.1", 400),
        ("GET\t/ HTTP/1.1", 501),
        (" GET / HTTP/1.1", 501),
        ("get / HTTP/1.1", 501),
        ("Get / HTTP/1.1", 501),
        ("GETX / HTTP/1.1", 501),
        ("BREW / HTTP/1.1", 501),
        ("G\x00T / HTTP/1.1", 501),
        ("CONNECT h:443 HTTP/1.1", 501),
        ("CONNECT / HTTP/1.1", 501),
        ("CONNECT http://h/ HTTP/1.1", 501),
        ("TRACE / HTTP/1.1", 501),
        ("DESCRIBE / HTTP/1.1", 400),
        ("* / HTTP/1.1", 501),
        ("GET * HTTP/1.1", 400),
        ("OPTIONS *? HTTP/1.1", 400),
        ("OPTIONS *x HTTP/1.1", 400),
        ("GET a HTTP/1.1", 400),
        ("GET a/b HTTP/1.1", 400),
        ("GET h:80 HTTP/1.1", 400),
        ("GET ?a HTTP/1.1", 400),
        ("GET /a#b HTTP/1.1", 400),
        ("GET /a?b#c HTTP/1.1", 400),
        ("GET /\x00 HTTP/1.1", 400),
        ("GET /\x7f HTTP/1.1", 400),
        ("GET /\xe9 HTTP/1.1", 400),
        ("GET http://other/ HTTP/1.1", 400),
        ("GET http://h:80/ HTTP/1.1", 400),
        ("GET http://h@other/ HTTP/1.1", 400),
        ("GET http://user@h/ HTTP/1.1", 400),
        ("GET http://other?h/ HTTP/1.1", 400),
        ("GET http:///a HTTP/1.1", 400),
        ("GET http:/a HTTP/1.1", 400),
        ("GET ftp://h/ HTTP/1.1", 400),
        ("GET javascript://h/ HTTP/1.1", 400),
    ],
)
def test_request_lines_that_are_refused(line: str, status: int) -> None:
    assert sent_on(lines(line, "Host: h")) == [Refused(status)]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("GET http://h HTTP/1.1", "GET / HTTP/1.1"),
        ("GET http://h/ HTTP/1.1", "GET / HTTP/1.1"),
        ("GET HTTP://H/a?b HTTP/1.1", "GET /a?b HTTP/1.1"),
        ("GET https://h?a/b HTTP/1.1", "GET /?a/b HTTP/1.1"),
        ("GET http://h//other/a HTTP/1.1", "GET //other/a HTTP/1.1"),
        ("GET //other/a HTTP/1.1", "GET //other/a HTTP/1.1"),
        ("GET /http://other/ HTTP/1.1", "GET /http://other/ HTTP/1.1"),
        ("GET /a%00%0d%0ab HTTP/1.1", "GET /a%00%0d%0ab HTTP/1.1"),
        ("GET /? HTTP/1.1", "GET / HTTP/1.1"),
        ("GET /  HTTP/1.1", "GET / HTTP/1.1"),
        ("GET / HTTP/1.0", "GET / HTTP/1.1"),
        ("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1"),
        ("QUERY /a HTTP/1.1", "QUERY /a HTTP/1.1"),
    ],
)
def test_request_lines_read_in_one_form(line: str, form: str) -> None:
    assert sent_on(lines(line, "Host: h")) == [lines(form, "Host: h")]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"\x05\x01\x00", 501),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 501),
        (b"\x00", 501),
        (b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", 501),
    ],
    ids=["http/2", "tls", "socks", "ssh", "nul", "proxy"],
)
def test_other_protocols_are_refused(raw: bytes, status: int) -> None:
    assert sent_on(raw) == [Refused(status)]


def test_only_the_first_bytes_can_be_a_tls_handshake() -> None:
    assert sent_on(GET + b"\x16\x03\x01") == [GET, Refused(501)]


# -- whole attacks -------------------------------------------------------------------------------------------------

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        post("Content-Length: 6", "Transfer-Encoding: chunked") + b"0\r\n\r\nG",
        post("Transfer-Encoding: chunked", "Content-Length: 4") + b"22\r\n" + HIDDEN + b"\r\n0\r\n\r\n",
        post("Transfer-Encoding: chunked", "Transfer-encoding: cow") + b"0\r\n\r\n" + HIDDEN,
        lines("POST / HTTP/1.0", "Content-Length: 3", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + HIDDEN,
        CHUNKED + b"3\r\nabc\r\n0\r\nX: y\n\n" + HIDDEN,
        CHUNKED + b"2;\n" + b"xx\r\n0\r\n\r\n" + HIDDEN,
    ],
    ids=["CL.TE", "TE.CL", "TE.TE", "TE.0", "trailer", "extension"],
)
def test_no_hidden_request_comes_out(raw: bytes) -> None:
    sent = sent_on(raw)
    assert isinstance(sent[-1], Refused)
    assert not any(b"/hidden" in request for request in sent if isinstance(request, bytes))


def test_a_request_inside_a_body_is_body() -> None:
    raw = post(f"Content-Length: {len(HIDDEN)}") + HIDDEN
    assert sent_on(raw + NEXT) == [raw, NEXT]
    offer = post("Connection: Upgrade", "Upgrade: websocket", f"Content-Length: {len(HIDDEN)}") + HIDDEN
    assert sent_on(offer + NEXT) == [raw, NEXT]
