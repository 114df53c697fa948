"""Requests that two programs in a row have been known to read differently, each hiding another where it can.

The classes are those of published research on request smuggling; the bytes are our own. What one of them honestly says,
if anything, stands beside it as plain requests.
"""

from __future__ import annotations

from typing import NamedTuple

HIDDEN = b"GET /v1/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
NEXT = b"GET /v1/next HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Case(NamedTuple):
    """What a client writes before it closes its side."""

    raw: bytes
    reads_as: tuple[bytes, ...] = ()
    """The same as plain requests; none where it is refused."""
    then_refused: bool = False
    """What comes behind those is refused."""


def head(*lines: bytes, start: bytes = b"POST /v1/messages HTTP/1.1", host: bytes | None = b"Host: localhost") -> bytes:
    named = [] if host is None else [host]
    return b"\r\n".join([start, *named, *lines, b"", b""])


def plain(body: bytes = b"", *lines: bytes) -> bytes:
    """A request nobody can misread."""
    return head(*lines, b"Content-Length: %d" % len(body)) + body


def chunked(body: bytes) -> bytes:
    return head(b"Transfer-Encoding: chunked") + body


def get(start: bytes = b"GET /v1/next HTTP/1.1", *lines: bytes, host: bytes | None = b"Host: localhost") -> bytes:
    return head(*lines, start=start, host=host)


CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
WHOLE_CL = b"Content-Length: %d" % (len(CHUNKS) + len(HIDDEN))

LENGTHS = {
    "CL.TE": Case(head(b"Content-Length: 6", b"Transfer-Encoding: chunked") + b"0\r\n\r\nG"),
    "TE.CL": Case(head(b"Transfer-Encoding: chunked", b"Content-Length: 4") + b"2c\r\n" + HIDDEN + b"\r\n0\r\n\r\n"),
    "TE.TE": Case(head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: cow") + b"0\r\n\r\n" + HIDDEN),
    "TE.0": Case(head(b"Content-Length: 0", b"Transfer-Encoding: chunked") + CHUNKS + HIDDEN),
    "CL.CL": Case(head(b"Content-Length: 0", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN),
    "CL, CL": Case(head(b"Content-Length: 0, %d" % len(HIDDEN)) + HIDDEN),
    "CL twice the same": Case(head(b"Content-Length: 3", b"Content-Length: 3") + b"abc" + HIDDEN),
    "CL +": Case(head(b"Content-Length: +%d" % len(HIDDEN)) + HIDDEN),
    "CL -": Case(head(b"Content-Length: -%d" % len(HIDDEN)) + HIDDEN),
    "CL hexadecimal": Case(head(b"Content-Length: 0x2c") + HIDDEN),
    "CL _": Case(head(b"Content-Length: 4_4") + HIDDEN),
    "CL beyond 64 bits": Case(head(b"Content-Length: 18446744073709551616") + HIDDEN),
    "CL empty": Case(head(b"Content-Length:") + HIDDEN),
    "CL comma": Case(head(b"Content-Length: ,3") + b"abc" + HIDDEN),
    "CL with NUL": Case(head(b"Content-Length: 3\x00") + b"abc" + HIDDEN),
    "CL with CR": Case(head(b"Content-Length: 3\r4") + b"abc" + HIDDEN),
    "CL folded": Case(head(b"Content-Length:\r\n 3") + b"abc" + HIDDEN),
    "CL space colon": Case(head(b"Content-Length : 3") + b"abc" + HIDDEN),
    "CL with zeros": Case(head(b"Content-Length: 0003") + b"abc" + NEXT, (plain(b"abc"), NEXT)),
    "CL with white space": Case(head(b"Content-Length: \t3 \t") + b"abc" + NEXT, (plain(b"abc"), NEXT)),
    "CL too short": Case(
        head(b"Content-Length: 3") + b"abcGET /v1/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n",
        (plain(b"abc"), b"GET /v1/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ),
    "CL too long": Case(head(b"Content-Length: 9000") + b"abc" + HIDDEN),
    "no length": Case(head() + HIDDEN, (head(), HIDDEN)),
    "no length, then a body": Case(head() + b"abc", (head(),), then_refused=True),
    "Chunked": Case(head(b"transfer-encoding:\tChunked ") + CHUNKS + NEXT, (plain(b"abc"), NEXT)),
    "identity": Case(head(b"Transfer-Encoding: identity") + HIDDEN),
    "gzip, chunked": Case(head(b"Transfer-Encoding: gzip, chunked") + CHUNKS + HIDDEN),
    "chunked, identity": Case(head(b"Transfer-Encoding: chunked, identity") + CHUNKS + HIDDEN),
    "chunked, chunked": Case(head(b"Transfer-Encoding: chunked, chunked") + CHUNKS + HIDDEN),
    "blegh": Case(head(b"Transfer-Encoding: blegh") + CHUNKS + HIDDEN),
    "TE empty": Case(head(b"Transfer-Encoding:") + CHUNKS + HIDDEN),
    "TE in HTTP/1.0": Case(
        head(b"Connection: keep-alive", b"Transfer-Encoding: chunked", start=b"POST /v1/m HTTP/1.0") + CHUNKS + HIDDEN
    ),
    "upgrade with a body": Case(
        head(b"Connection: Upgrade", b"Upgrade: websocket", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN + NEXT,
        (plain(HIDDEN), NEXT),
    ),
    "h2c": Case(
        get(b"GET /v1/a HTTP/1.1", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAA")
        + NEXT,
        (get(b"GET /v1/a HTTP/1.1"), NEXT),
    ),
    "length made hop-by-hop": Case(
        head(b"Connection: content-length", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN + NEXT, (plain(HIDDEN), NEXT)
    ),
    "close before more": Case(plain(b"abc", b"Connection: close") + HIDDEN, (plain(b"abc"),)),
    "expect something": Case(plain(b"abc", b"Expect: 200-maybe"), (plain(b"abc"),)),
    "two expectations": Case(plain(b"abc", b"Expect: 100-continue", b"Expect: 100-continue")),
}

BAD_SIZES = (
    *(b"0_2e", b"0x", b"0x2c", b"0X2c", b"+2c", b"-2c", b" 2c", b"\t2c", b"2c ", b"2c\t", b"2c ;a", b"", b"g", b";a"),
    *(b"2c\x00", b"2c\xa0", b"2c,2c", b"2c.", b'"2c"', b"100000000000000000", b"1000000000000002c", b"\xb2c"),
    *(b"2c\n", b"2c\r", b"2c;a\n", b"2c;a\rb", b"2c;a\x00", b"2c;", b"2c;;"),
)
CHUNK_CASES = {
    **{f"size {size!r}": Case(chunked(size + b"\r\n" + HIDDEN + b"\r\n0\r\n\r\n" + NEXT)) for size in BAD_SIZES},
    "size ended by LF": Case(chunked(b"2c\n" + HIDDEN + b"\r\n0\r\n\r\n")),
    "extension ended by LF": Case(chunked(b"2;\nxx\r\n2c\r\n0\r\n\r\n" + HIDDEN + b"0\r\n\r\n")),
    "chunk ended by LF": Case(chunked(b"3\r\nabc\n0\r\n\r\n" + HIDDEN)),
    "chunk ended by two bytes": Case(chunked(b"3\r\nabcXX2d\r\n0\r\n\r\n" + HIDDEN)),
    "chunk not ended": Case(chunked(b"3\r\nabc0\r\n\r\n" + HIDDEN)),
    "last chunk ended by LF": Case(chunked(b"0\n\n" + HIDDEN)),
    "trailers ended by LF": Case(chunked(b"0\r\nX: y\n\n" + HIDDEN)),
    "trailers not ended": Case(chunked(b"0\r\nX: y\r\n")),
    "trailer frames": Case(chunked(b"0\r\nContent-Length: 44\r\n\r\n" + HIDDEN)),
    "trailer with NUL": Case(chunked(b"0\r\nX: \x00\r\n\r\n" + HIDDEN)),
    "a request instead of trailers": Case(chunked(b"0\r\n" + HIDDEN)),
    "trailers": Case(chunked(b"3\r\nabc\r\n0\r\nHost: evil\r\nX-Api-Key: x\r\n\r\n" + NEXT), (plain(b"abc"), NEXT)),
    "extensions": Case(chunked(b'3;a=b;c="d;e"\r\nabc\r\n0;f\r\n\r\n' + NEXT), (plain(b"abc"), NEXT)),
    "zeros": Case(chunked(b"0003\r\nabc\r\n000\r\n\r\n" + NEXT), (plain(b"abc"), NEXT)),
    "upper case": Case(chunked(b"A\r\n0123456789\r\n0\r\n\r\n" + NEXT), (plain(b"0123456789"), NEXT)),
    "a request in a chunk": Case(chunked(b"2c\r\n" + HIDDEN + b"\r\n0\r\n\r\n" + NEXT), (plain(HIDDEN), NEXT)),
}

LINES = {
    "LF": Case(b"GET /v1/a HTTP/1.1\nHost: localhost\n\n" + HIDDEN),
    "LF after a field": Case(b"GET /v1/a HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"),
    "LF before the end": Case(b"GET /v1/a HTTP/1.1\r\nHost: localhost\r\n\n" + HIDDEN),
    "CR": Case(b"GET /v1/a HTTP/1.1\rHost: localhost\r\r" + HIDDEN),
    "CR in a value": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\rY: b")),
    "CR CR LF": Case(b"GET /v1/a HTTP/1.1\r\r\nHost: localhost\r\n\r\n"),
    "NUL in a value": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\x00b")),
    "NUL in a name": Case(get(b"GET /v1/a HTTP/1.1", b"X\x00: a")),
    "NUL in the target": Case(get(b"GET /v1/a\x00 HTTP/1.1")),
    "control in a value": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\x01b")),
    "DEL in a value": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\x7fb")),
    "space before the colon": Case(get(b"GET /v1/a HTTP/1.1", b"X : a")),
    "tab before the colon": Case(get(b"GET /v1/a HTTP/1.1", b"X\t: a")),
    "space before the name": Case(b"GET /v1/a HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n"),
    "folded": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\r\n b")),
    "folded by a tab": Case(get(b"GET /v1/a HTTP/1.1", b"X: a\r\n\tb")),
    "no colon": Case(get(b"GET /v1/a HTTP/1.1", b"X")),
    "no name": Case(get(b"GET /v1/a HTTP/1.1", b": a")),
    "name with a space": Case(get(b"GET /v1/a HTTP/1.1", b"X Y: a")),
    "name beyond ASCII": Case(get(b"GET /v1/a HTTP/1.1", b"X\xe9: a")),
    "empty lines in front": Case(b"\r\n\r\n" + NEXT, (NEXT,)),
    "bytes beyond ASCII in a value": Case(
        get(b"GET /v1/a HTTP/1.1", b"X: \xe9\xff"), (get(b"GET /v1/a HTTP/1.1", b"X: \xe9\xff"),)
    ),
}

TARGETS = {
    "two hosts": Case(get(b"GET /v1/a HTTP/1.1", b"Host: localhost")),
    "two different hosts": Case(get(b"GET /v1/a HTTP/1.1", b"Host: 127.0.0.1")),
    "no host": Case(get(b"GET /v1/a HTTP/1.1", host=None)),
    "empty host": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host:")),
    "host list": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: localhost, evil")),
    "host with a path": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: localhost/evil")),
    "host with a user": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: evil@localhost")),
    "host beyond ASCII": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: localhost\x80")),
    "host with a bad port": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: localhost:80x")),
    "foreign host": Case(get(b"GET /v1/a HTTP/1.1", host=b"Host: evil.example")),
    "absolute form, other host": Case(get(b"GET http://evil/v1/a HTTP/1.1")),
    "absolute form, hidden host": Case(get(b"GET http://localhost@evil/v1/a HTTP/1.1")),
    "absolute form": Case(get(b"GET http://localhost/v1/a HTTP/1.1"), (get(b"GET /v1/a HTTP/1.1"),)),
    "fragment": Case(get(b"GET /v1/a#b HTTP/1.1")),
    "dots": Case(get(b"GET /v1/../admin HTTP/1.1")),
    "encoded dots": Case(get(b"GET /v1/%2e%2e/admin HTTP/1.1")),
    "encoded slash and dots": Case(get(b"GET /v1/..%2fadmin HTTP/1.1")),
    "backslash and dots": Case(get(b"GET /v1/..\\admin HTTP/1.1")),
    "encoded line ends": Case(get(b"GET /v1/a%0d%0aX:%20y HTTP/1.1"), (get(b"GET /v1/a%0d%0aX:%20y HTTP/1.1"),)),
    "space in the target": Case(get(b"GET /v1/a b HTTP/1.1")),
    "tab in the line": Case(get(b"GET\t/v1/a\tHTTP/1.1")),
    "bytes beyond ASCII": Case(get(b"GET /v1/\xe9 HTTP/1.1")),
    "HTTP/0.9": Case(b"GET /v1/a\r\n"),
    "HTTP/0.9 and a hidden request": Case(b"GET /v1/a\r\n" + HIDDEN),
    "HTTP/1.2": Case(get(b"GET /v1/a HTTP/1.2")),
    "HTTP/2": Case(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "lower case protocol": Case(get(b"GET /v1/a http/1.1")),
    "lower case method": Case(get(b"get /v1/a HTTP/1.1")),
    "unknown method": Case(get(b"SMUGGLE /v1/a HTTP/1.1")),
    "CONNECT": Case(get(b"CONNECT evil:443 HTTP/1.1", host=b"Host: evil:443")),
    "TRACE": Case(get(b"TRACE /v1/a HTTP/1.1")),
    "TLS": Case(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32),
    "a PROXY line": Case(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + NEXT),
    "GET with a body": Case(
        get(b"GET /v1/a HTTP/1.1", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN + NEXT,
        (get(b"GET /v1/a HTTP/1.1", b"Content-Length: %d" % len(HIDDEN)) + HIDDEN, NEXT),
    ),
    "hop-by-hop names": Case(
        get(b"GET /v1/a HTTP/1.1", b"Connection: X-Secret, close", b"X-Secret: 1", b"Keep-Alive: 1", b"TE: trailers"),
        (get(b"GET /v1/a HTTP/1.1"),),
    ),
}

CASES = {**LENGTHS, **CHUNK_CASES, **LINES, **TARGETS}

ODD_BYTES = (0, 1, 4, 8, 9, 10, 11, 12, 13, 27, 31, 32, 34, 39, 44, 59, 127, 128, 160, 255)
SPELLINGS = (
    *(b"%cTransfer-Encoding: chunked", b"Transfer-Encoding%c: chunked", b"Transfer-Encoding:%cchunked"),
    *(b"Transfer-Encoding: %cchunked", b"Transfer-Encoding: chunked%c", b"Transfer%cEncoding: chunked"),
    *(
        b"X: y%cTransfer-Encoding: chunked",
        b"X: y\r%cTransfer-Encoding: chunked",
        b"X: y\r\n%cTransfer-Encoding: chunked",
    ),
    *(b"Transfer-Encoding%c chunked", b"Transfer-Encoding: chunked, %cidentity", b"Transfer-Encoding: chun%cked"),
)
DISGUISES = [spelling % byte for spelling in SPELLINGS for byte in ODD_BYTES]
"""Lines that say `chunked` to some and nothing to others."""


def disguised(line: bytes) -> bytes:
    """A body that ends in one place for those who see `line`, in another for those who go by the length."""
    return head(WHOLE_CL, line) + CHUNKS + HIDDEN
