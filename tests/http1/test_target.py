"""Every accepted form of a request target becomes origin-form; what could mean another path is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.target import has_dot_segment, split_target


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        (b"/", (b"/", b"")),
        (b"/a/b", (b"/a/b", b"")),
        (b"/a?b=c", (b"/a", b"b=c")),
        (b"/a?b?c=/d", (b"/a", b"b?c=/d")),
        (b"/?", (b"/", b"")),
        (b"//a", (b"//a", b"")),
        (b"http://host:1", (b"/", b"")),
        (b"http://HOST:1/a?b", (b"/a", b"b")),
        (b"https://host:1?a/b", (b"/", b"a/b")),
        (b"HTTP://host:1//a", (b"//a", b"")),
    ],
)
def test_accepted_forms(target: bytes, parts: tuple[bytes, bytes]) -> None:
    assert split_target(target, b"GET", b"Host:1") == parts


def test_asterisk_form_is_for_options_only() -> None:
    assert split_target(b"*", b"OPTIONS", b"h") == (b"*", b"")
    with pytest.raises(BadMessage, match="must be a path"):
        split_target(b"*", b"GET", b"h")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (b"", "percent-encoded"),
        (b"/ a", "percent-encoded"),
        (b"/\r\nX: y", "percent-encoded"),
        (b"/\n", "percent-encoded"),
        (b"/\x00", "percent-encoded"),
        (b"/\x7f", "percent-encoded"),
        (b"/\xc3\xa9", "percent-encoded"),
        (b"/a#b", "percent-encoded"),
        (b"a", "must be a path"),
        (b"?a", "must be a path"),
        (b"h:1", "must be a path"),
        (b"http:/a", "must be a path"),
        (b"ftp://h/", "must be a path"),
        (b"://h/", "must be a path"),
        (b"http://other/", "different hosts"),
        (b"http://h:1/", "different hosts"),
        (b"http://user@h/", "different hosts"),
        (b"http://h.", "different hosts"),
        (b"http:///a", "names no host"),
        (b"http://?a", "names no host"),
    ],
)
def test_refused_forms(target: bytes, problem: str) -> None:
    with pytest.raises(BadMessage, match=problem) as caught:
        split_target(target, b"GET", b"h")
    assert caught.value.status == 400


def test_absolute_form_without_a_host_field_is_refused() -> None:
    with pytest.raises(BadMessage, match="different hosts"):
        split_target(b"http://h/", b"GET", b"")


@given(st.binary(max_size=40), st.sampled_from([b"", b"/", b"http://h", b"http://h/", b"http://h?"]))
def test_whatever_is_accepted_can_stand_in_a_request_line(rest: bytes, start: bytes) -> None:
    try:
        path, query = split_target(start + rest, b"GET", b"h")
    except BadMessage:
        return
    assert path.startswith(b"/")
    assert b"?" not in path
    assert all(0x21 <= byte <= 0x7E and byte != ord("#") for byte in path + query)


@pytest.mark.parametrize(
    "path",
    [
        b"/.", b"/..", b"/./a", b"/../a", b"/a/.", b"/a/..", b"/a/./b", b"/a/../b", b"..", b"../a", b".",
        b"/a/%2e", b"/a/%2E%2e/b", b"/a/.%2e/b", b"/a/%2e./b", b"/a\\..\\b", b"/a/..\\b", b"/v1/../admin",
        b"/a%2f..%2fb", b"/a/..%2Fb", b"/a%2f%2e%2e/b", b"/a%5c..%5Cb", b"/a/.%2f", b"/a%2f..",
    ],
)  # fmt: skip
def test_dot_segments_in_any_spelling(path: bytes) -> None:
    assert has_dot_segment(path)


@pytest.mark.parametrize(
    "path",
    [
        b"/", b"/a", b"/a.b", b"/.a", b"/a.", b"/...", b"/a..b/c", b"/..a", b"/a../b", b"/v1/files/file_1.txt", b"/%20",
        b"/a%2eb", b"/%2e%2e%2e", b"/a%2fb", b"/%252e", b"*", b"",
    ],
)  # fmt: skip
def test_ordinary_paths(path: bytes) -> None:
    assert not has_dot_segment(path)
