"""Every encoding in any chunking, and everything that must end in `failed` rather than in trouble."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.decompression import (
    FEED_LIMIT,
    TOTAL_LIMIT,
    Decompressor,
    decompressor,
    inflated_start,
)
from providers.anthropic.captured_answers import COMPRESSIONS, bytewise, raw_deflate, split_at

BOMB = b"\0" * (FEED_LIMIT + 1)
ENCODED = [encoding for encoding in COMPRESSIONS if encoding != b"identity"]


def decompressing(encoding: bytes) -> Decompressor:
    made = decompressor(encoding)
    assert made is not None
    return made


@settings(deadline=None)
@given(data=st.data(), body=st.binary(max_size=2000), encoding=st.sampled_from(ENCODED))
def test_any_chunking(data: st.DataObject, body: bytes, encoding: bytes) -> None:
    compressed = COMPRESSIONS[encoding](body)
    cuts = data.draw(st.lists(st.integers(0, len(compressed)), max_size=10))
    inflating = decompressing(encoding)
    assert b"".join(inflating.feed(piece) for piece in split_at(compressed, cuts)) == body
    assert not inflating.failed


@pytest.mark.parametrize("compress", [zlib.compress, raw_deflate], ids=["zlib", "raw"])
def test_both_kinds_of_deflate(compress: Callable[[bytes], bytes]) -> None:
    inflating = decompressing(b"deflate")
    assert b"".join(inflating.feed(piece) for piece in bytewise(compress(b"hello"))) == b"hello"
    assert inflating.feed(b"") == b""
    assert inflating.feed(b"behind the end") == b""
    assert not inflating.failed


def test_gzip_of_several_members_and_zstd_of_several_frames() -> None:
    zstd = zstandard.ZstdCompressor().compress
    for encoding, compress in ((b"gzip", gzip.compress), (b"zstd", zstd)):
        inflating = decompressing(encoding)
        assert inflating.feed(compress(b"one ") + compress(b"two")) == b"one two"
        assert inflating.feed(compress(b" three")) == b" three"


@pytest.mark.parametrize("encoding", [b"", b"identity", b" , Identity"])
def test_identity_needs_none(encoding: bytes) -> None:
    assert decompressor(encoding) is None


@pytest.mark.parametrize("encoding", [b"compress", b"gzip, aws-chunked", b"gzip,gzip,gzip,gzip"])
def test_unknown_and_absurd_encodings_fail_at_once(encoding: bytes) -> None:
    inflating = decompressing(encoding)
    assert inflating.failed
    assert inflating.feed(gzip.compress(b"x")) == b""


@pytest.mark.parametrize("encoding", ENCODED, ids=bytes.decode)
def test_garbage_fails(encoding: bytes) -> None:
    inflating = decompressing(encoding)
    for _ in range(5):
        inflating.feed(b"\xff\xfe\xfd\xfc" * 20)
    assert inflating.failed


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"zstd"], ids=bytes.decode)
def test_bomb_fails(encoding: bytes) -> None:
    inflating = decompressing(encoding)
    assert inflating.feed(COMPRESSIONS[encoding](BOMB)) == b""
    assert inflating.failed


def test_answer_that_never_stops_growing_fails() -> None:
    inflating = decompressing(b"br")
    compressing = brotli.Compressor(quality=1)
    block = b"\0" * (FEED_LIMIT // 2)
    grown = 0
    while not inflating.failed:
        grown += len(inflating.feed(compressing.process(block) + compressing.flush()))
    assert TOTAL_LIMIT - len(block) <= grown <= TOTAL_LIMIT


def test_zstd_window_beyond_what_the_rfc_allows_fails() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=25)
    compressing = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    inflating = decompressing(b"zstd")
    inflating.feed(compressing.compress(b"x" * 1000) + compressing.flush())
    assert inflating.failed


def test_inflated_start_of_a_body() -> None:
    body = b'{"type":"error","error":{"type":"api_error"}}'
    assert inflated_start(b"", body, 10) == body[:10]
    for encoding in ENCODED:
        assert inflated_start(encoding, COMPRESSIONS[encoding](body), 1000) == body
    # Already decompressed, or not what it was announced to be.
    assert inflated_start(b"br", body, 1000) == body
    assert inflated_start(b"gzip", b"plain words", 5) == b"plain"
    # Only the beginning is there.
    assert body.startswith(inflated_start(b"gzip", gzip.compress(body)[:-12], 1000))
