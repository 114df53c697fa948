"""Segment names and headers."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import pytest

from claudeflare.errors import JournalError
from claudeflare.journal import frames
from claudeflare.journal.segments import (
    DamagedHeader,
    SegmentHeader,
    SegmentName,
    check_boot_id,
    decode_header,
    encode_header,
    parse_name,
)
from harness.journal_frames import segment

PATH = Path("/home/journal/b-1-00000001.journal")
HEADER = SegmentHeader(boot_id="b-1", worker=3, created_at=1.5)
ENCODED = encode_header(HEADER)


@pytest.mark.parametrize("name", [SegmentName("b", 0, 1), SegmentName("6f-7c.x_Y", 12, 123_456_789)])
def test_names_round_trip(name: SegmentName) -> None:
    assert parse_name(name.file_name) == name


def test_names_sort_by_sequence() -> None:
    names = [SegmentName("b", 0, sequence).file_name for sequence in (1, 2, 9, 10, 99, 100)]
    assert names == sorted(names)


@pytest.mark.parametrize(
    "file_name",
    [
        "",
        "b-0-00000001.new",
        "b-0-00000001.journal.corrupt",
        "b-0-1.journal",
        "-0-00000001.journal",
        "b-x-00000001.journal",
    ],
)
def test_other_files_are_not_segments(file_name: str) -> None:
    assert parse_name(file_name) is None


@pytest.mark.parametrize("boot_id", ["", "a/b", "..", "a b", "x" * 65, "a\n"])
def test_a_boot_id_that_cannot_be_in_a_file_name_is_refused(boot_id: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        check_boot_id(boot_id)


def test_a_header_round_trips_and_tells_where_frames_begin() -> None:
    assert decode_header(ENCODED + b"frames", PATH) == (HEADER, len(ENCODED))


def test_the_beginning_of_a_header_is_no_damage() -> None:
    for cut in range(len(ENCODED)):
        assert decode_header(ENCODED[:cut], PATH) is None


def test_a_flipped_bit_anywhere_in_a_header_is_noticed() -> None:
    for bit in range(len(ENCODED) * 8):
        damaged = bytearray(ENCODED)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert decode_header(bytes(damaged), PATH) is None
        except DamagedHeader:
            pass


def test_an_unknown_version_is_named_with_its_file() -> None:
    versioned = ENCODED[:8] + (2).to_bytes(2, "big")
    later = versioned + zlib.crc32(versioned).to_bytes(4, "big") + b"whatever comes then"
    with pytest.raises(JournalError, match=f"{PATH} has journal version 2 .*reads \\[1\\]"):
        decode_header(later, PATH)


@pytest.mark.parametrize(
    "frame",
    [
        frames.pack(frames.KIND_HEADER, b"\xc1"),
        frames.pack(frames.KIND_HEADER, msgspec.msgpack.encode({"boot_id": 1})),
        frames.pack(2, msgspec.msgpack.encode(HEADER)),
    ],
)
def test_a_sound_frame_that_is_no_header_is_damage(frame: bytes) -> None:
    with pytest.raises(DamagedHeader):
        decode_header(ENCODED[:14] + frame, PATH)


def test_a_short_file_that_does_not_begin_like_a_segment_is_damage() -> None:
    with pytest.raises(DamagedHeader):
        decode_header(b"GARBAGE", PATH)
    assert segment(SegmentName("b", 0, 1)).startswith(b"CFJOURNL")
