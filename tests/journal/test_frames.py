"""Frames: whole, byte by byte, damaged, too long, unknown."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.errors import JournalError
from claudeflare.journal.frames import (
    HEAD_BYTES,
    KINDS,
    MARKER,
    PAYLOAD_LIMIT,
    Tail,
    decode,
    encode,
    encode_apart,
    pack,
)
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Finished, Frame, Opened, Shed
from harness.journal_frames import changed, finished, opened, whole

FRAMES: list[Frame] = [opened("a", streaming=True), whole("a"), changed("s"), Shed(at=1.5, records=3), whole("b")]
STREAM = b"".join(encode(frame) for frame in FRAMES)

TEXT = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXT,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXT, children, max_size=3),
    max_leaves=8,
)
RECORDS = st.one_of(
    st.builds(opened, TEXT, path=TEXT, model=st.none() | TEXT, streaming=st.booleans(), request_bytes=st.integers(0)),
    st.builds(finished, TEXT, usage=st.none() | st.dictionaries(TEXT, JSON, max_size=4), status=st.integers(0, 999)),
    st.builds(Shed, at=st.floats(allow_nan=False), records=st.integers(0, 2**40)),
    st.builds(changed, TEXT),
).filter(lambda frame: not isinstance(frame, Opened) or frame.request_bytes < 2**64)


def only_frames(data: bytes) -> list[Frame]:
    return [frame for frame, _ in decode(data).frames]


def test_every_kind_of_record_has_a_number() -> None:
    assert set(KINDS) == set(Frame.__args__)
    assert len(set(KINDS.values())) == len(KINDS)


def test_frames_come_back_with_the_offsets_they_end_at() -> None:
    decoded = decode(STREAM)
    assert only_frames(STREAM) == FRAMES
    ends = [end for _, end in decoded.frames]
    assert ends[0] == len(encode(FRAMES[0]))
    assert ends[-1] == decoded.end == len(STREAM)
    assert (decoded.tail, decoded.unreadable) == (Tail.CLEAN, 0)


def test_decoding_can_begin_and_stop_between_frames() -> None:
    first = decode(STREAM, limit=2)
    assert [frame for frame, _ in first.frames] == FRAMES[:2]
    assert first.tail is Tail.CLEAN
    rest = decode(STREAM, start=first.end)
    assert [frame for frame, _ in rest.frames] == FRAMES[2:]


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=5))
def test_any_records_round_trip(frames: list[Frame]) -> None:
    data = b"".join(encode(frame) for frame in frames)
    assert only_frames(data) == frames


def test_a_stream_cut_anywhere_gives_its_whole_frames_and_a_torn_tail() -> None:
    ends = [0, *(end for _, end in decode(STREAM).frames)]
    for cut in range(len(STREAM)):
        decoded = decode(STREAM[:cut])
        whole_frames = sum(end <= cut for end in ends) - 1
        assert [frame for frame, _ in decoded.frames] == FRAMES[:whole_frames]
        assert decoded.end == ends[whole_frames]
        assert decoded.tail is (Tail.CLEAN if cut in ends else Tail.TORN)


def test_a_flipped_bit_anywhere_never_gives_a_wrong_frame() -> None:
    small = [opened("a"), finished("b", usage={"input_tokens": 1}), Shed(at=1.0, records=1)]
    stream = b"".join(encode(frame) for frame in small)
    ends = [end for _, end in decode(stream).frames]
    for bit in range(len(stream) * 8):
        damaged = bytearray(stream)
        damaged[bit // 8] ^= 1 << bit % 8
        decoded = decode(bytes(damaged))
        intact = sum(end <= bit // 8 for end in ends)
        assert [frame for frame, _ in decoded.frames] == small[:intact]
        assert decoded.tail in (Tail.TORN, Tail.DAMAGED)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(garbage: bytes) -> None:
    decoded = decode(garbage)
    assert decoded.end <= len(garbage)
    assert decode(STREAM + garbage).frames[: len(FRAMES)] == decode(STREAM).frames


def test_a_length_beyond_the_limit_is_damage_not_a_frame_to_wait_for() -> None:
    head = bytes([MARKER, 2]) + (PAYLOAD_LIMIT + 1).to_bytes(4, "big") + b"\0\0\0\0"
    assert decode(head).tail is Tail.DAMAGED


def test_a_record_over_the_limit_is_refused() -> None:
    with pytest.raises(JournalError, match=str(PAYLOAD_LIMIT)):
        encode(finished("a", usage={"text": "x" * PAYLOAD_LIMIT}))


def test_a_frame_of_a_later_kind_or_shape_is_passed_over_and_counted() -> None:
    later_kind = pack(200, msgspec.msgpack.encode({"type": "later"}))
    later_shape = pack(KINDS[Finished], msgspec.msgpack.encode({"type": "finished", "id": 7}))
    other_tag = pack(KINDS[Opened], msgspec.msgpack.encode(whole("a")))
    not_utf8 = pack(KINDS[Shed], b"\x81\xa1\xff\x01")
    decoded = decode(STREAM + later_kind + later_shape + other_tag + not_utf8 + STREAM)
    assert [frame for frame, _ in decoded.frames] == FRAMES + FRAMES
    assert (decoded.unreadable, decoded.tail) == (4, Tail.CLEAN)


def test_fields_added_later_are_ignored() -> None:
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(whole("a"))) | {"added_later": [1]}
    assert only_frames(pack(KINDS[Finished], msgspec.msgpack.encode(fields))) == [whole("a")]


def test_a_frame_costs_ten_bytes() -> None:
    assert len(encode(whole("a"))) == HEAD_BYTES + len(msgspec.msgpack.encode(whole("a")))
    assert HEAD_BYTES == 10


texts = st.text(st.characters(codec="utf-8"), max_size=9)


@given(
    st.lists(st.binary(max_size=70_000), max_size=4),
    st.lists(st.tuples(texts, texts), max_size=20),
    st.none() | st.just("gzip"),
    st.integers(0, 2**63),
)
def test_a_payload_in_pieces_is_the_same_frame(
    body: list[bytes], fields: list[tuple[str, str]], encoding: str | None, size: int
) -> None:
    payload = Payload(id="a", at=7.5, part="response", fields=fields, size=size, content_encoding=encoding)
    pieces = encode_apart(payload, body)
    assert pieces[1:] == body
    found = decode(b"".join(pieces))
    assert found.tail is Tail.CLEAN
    assert [frame for frame, _ in found.frames] == [msgspec.structs.replace(payload, body=b"".join(body))]


def test_a_payload_over_the_limit_is_refused() -> None:
    with pytest.raises(JournalError, match="limit"):
        encode_apart(Payload(id="a", at=7.5, part="request"), [bytes(PAYLOAD_LIMIT // 2)] * 2)
