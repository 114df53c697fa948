"""Compressed request bodies: decoded, refused, bounded."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.request_encoding import decode_body

ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
LIMIT = 1_000_000


def code_of(raw: bytes, header: str, limit: int = LIMIT) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        decode_body(raw, header, limit)
    assert caught.value.details is not None
    return caught.value.status, caught.value.details["error_code"]


@given(st.binary(max_size=3000), st.sampled_from(sorted(ENCODE)))
def test_each_encoding_is_undone(body: bytes, coding: str) -> None:
    assert decode_body(ENCODE[coding](body), coding.upper(), LIMIT) == body


def test_without_one_the_body_is_as_it_came() -> None:
    assert decode_body(b"{}", "", LIMIT) == decode_body(b"{}", "identity", LIMIT) == b"{}"


def test_several_are_undone_last_first() -> None:
    assert decode_body(brotli.compress(gzip.compress(b"{}")), "gzip, br", LIMIT) == b"{}"


def test_an_unknown_one_is_refused() -> None:
    assert code_of(b"{}", "compress") == (400, "request_body_encoding_unsupported")


@pytest.mark.parametrize("coding", sorted(ENCODE))
def test_what_is_not_what_it_says_is_refused(coding: str) -> None:
    whole = ENCODE[coding](b"x" * 5000)
    invalid = (400, "request_body_encoding_invalid")
    assert code_of(b"this is plain text", coding) == invalid
    assert code_of(whole[:-1], coding) == invalid
    assert code_of(b"", coding) == invalid


@pytest.mark.parametrize("coding", sorted(ENCODE))
def test_a_bomb_is_refused_and_the_limit_itself_is_not(coding: str) -> None:
    bomb = ENCODE[coding](bytes(LIMIT + 1))
    assert code_of(bomb, coding) == (413, "request_body_too_large_after_decoding")
    assert len(decode_body(bomb, coding, LIMIT + 1)) == LIMIT + 1
