"""Forms, whole and in pieces, right and wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.resources.multipart import MAX_HEAD_BYTES, MAX_PARTS, MAX_VALUE_BYTES, FormReader

KIND = 'multipart/form-data; boundary="b o"'
CONTENT = b"\r\n--b\r\n--b -\r\n\r\n--"
FORM = (
    b"a word before\r\n--b o\r\n"
    b'Content-Disposition: form-data; name="file"; filename="a \\"b\\" %22c.txt"\r\nContent-Type: text/plain\r\n\r\n'
    + CONTENT
    + b'\r\n--b o\r\ncontent-disposition: form-data; name=empty; filename=""\r\n\r\n'
    + b"\r\n--b o\r\nContent-Disposition: form-data; name=seconds\r\n\r\n3600\r\n--b o--\r\nafter"
)


def read(form: bytes, sizes: list[int], keep: int = 1000) -> list[Any]:
    reader, position = FormReader(KIND, keep), 0
    for size in sizes:
        reader.feed(form[position : position + size])
        position += size
    reader.feed(form[position:])
    return [(part.name, part.filename, part.content_type, part.size, part.data) for part in reader.finish()]


EXPECTED = [
    ("file", 'a "b" "c.txt', "text/plain", len(CONTENT), CONTENT),
    ("empty", "", None, 0, b""),
    ("seconds", None, None, 4, b"3600"),
]


def test_a_form_byte_by_byte_and_whole() -> None:
    assert read(FORM, []) == EXPECTED
    assert read(FORM, [1] * len(FORM)) == EXPECTED


@given(st.lists(st.integers(0, 40)))
def test_how_it_is_cut_makes_no_difference(sizes: list[int]) -> None:
    assert read(FORM, sizes) == EXPECTED


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_content_arrives_as_it_is(content: bytes, size: int) -> None:
    if b"\r\n--b o" in b"\r\n" + content:
        return
    form = b"--b o\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n" + content + b"\r\n--b o--"
    assert read(form, [size] * (len(form) // size))[0][-1] == content


def test_no_more_is_kept_than_wanted() -> None:
    assert [(size, data) for _, _, _, size, data in read(FORM, [7] * 20, keep=3)] == [
        (len(CONTENT), CONTENT[:3]),
        (0, b""),
        (4, b"3600"),
    ]


NAMED = b"--b o\r\nContent-Disposition: form-data; name=x\r\n\r\n"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (b"", 400),
        (FORM[:-20], 400),
        (b"--b o\r\n\r\n\r\nnameless\r\n--b o--", 400),
        (b"--b o\r\nContent-Disposition: attachment; name=x\r\n\r\n\r\n--b o--", 400),
        (b"--b oxx", 400),
        (b"--b o\r\nx: " + b"x" * MAX_HEAD_BYTES, 400),
        (b"--b o\r\nx: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n", 400),
        (NAMED + b"v" * (MAX_VALUE_BYTES + 10) + b"\r\n--b o--", 413),
        ((NAMED + b"\r\n") * (MAX_PARTS + 1), 400),
    ],
    ids=["empty", "cut", "nameless", "attachment", "boundary", "head", "long-head", "value", "many"],
)
def test_what_is_no_form_is_refused(form: bytes, status: int) -> None:
    with pytest.raises(ApiError) as refused:
        read(form, [10])
    assert refused.value.status == status


@pytest.mark.parametrize(
    "kind", ["", "text/plain; boundary=x", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 71]
)
def test_a_body_must_say_that_it_is_a_form(kind: str) -> None:
    with pytest.raises(ApiError, match="Expected multipart/form-data"):
        FormReader(kind)
