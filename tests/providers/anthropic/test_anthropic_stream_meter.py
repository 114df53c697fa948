"""Streams fed whole, byte by byte, in any chunking, with any line ends, compressed, and with something behind them."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.sse import LINE_LIMIT
from claudeflare.providers.provider import Signal
from providers.anthropic.captured_answers import (
    COMPRESSIONS,
    STREAMS,
    bytewise,
    feed,
    findings,
    raw_deflate,
    split_at,
    stream,
    stream_meter,
)

DELTA = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta",'


@pytest.mark.parametrize("name", STREAMS)
def test_whole(name: str) -> None:
    data, expected = stream(name)
    assert feed(stream_meter(), [data]) == expected


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_byte_by_byte_with_every_line_end(name: str, line_end: bytes) -> None:
    data, expected = stream(name)
    assert feed(stream_meter(), bytewise(data.replace(b"\n", line_end))) == expected


@settings(deadline=None)
@given(data=st.data(), name=st.sampled_from(STREAMS), line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_chunking(data: st.DataObject, name: str, line_end: bytes) -> None:
    body, expected = stream(name)
    body = body.replace(b"\n", line_end)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=30))
    assert feed(stream_meter(), split_at(body, cuts)) == expected


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("encoding", COMPRESSIONS, ids=bytes.decode)
def test_compressed(name: str, encoding: bytes) -> None:
    data, expected = stream(name)
    compressed = COMPRESSIONS[encoding](data)
    assert feed(stream_meter(encoding), [compressed]) == expected
    assert feed(stream_meter(encoding), bytewise(compressed)) == expected


def test_raw_deflate_is_told_from_deflate() -> None:
    data, expected = stream("text")
    assert feed(stream_meter(b"deflate"), bytewise(raw_deflate(data))) == expected


@pytest.mark.parametrize("name", [name for name in STREAMS if "FINISHED" in stream(name)[1]["signals"]])
def test_finished_is_given_with_the_end_of_the_last_data_line_and_nothing_behind_counts(name: str) -> None:
    data, expected = stream(name)
    last_line = data.rstrip(b"\n")
    meter = stream_meter()
    assert not meter.feed(last_line) & Signal.FINISHED
    assert meter.feed(b"\n") == Signal.FINISHED
    trailing = (
        b'\ndata: {"type":"message_delta","usage":{"output_tokens":999}}\n\nevent: error\ndata: {"type":"error"}\n\n'
    )
    assert meter.feed(trailing) == Signal.NOTHING
    meter.finish()
    given_signals = Signal.NOTHING
    for signal in expected["signals"]:
        given_signals |= Signal[signal]
    assert findings(meter, given_signals) == expected


def test_last_line_without_an_end_is_read_at_the_end() -> None:
    data, expected = stream("text")
    cut = data[: data.index(b"event: message_stop")].rstrip(b"\n")
    meter = stream_meter()
    meter.feed(cut)
    assert meter.usage != expected["usage"]
    meter.finish()
    assert (meter.usage, meter.usage_estimated) == (expected["usage"], False)


def test_each_signal_comes_with_its_event() -> None:
    events = stream("text")[0].split(b"\n\n")
    meter = stream_meter()
    signals = [meter.feed(event + b"\n\n") for event in events if event]
    assert signals[0] == Signal.FIRST_EVENT
    assert signals[1] == Signal.FIRST_CONTENT
    assert signals[-1] == Signal.FINISHED
    assert set(signals[2:-1]) == {Signal.NOTHING}


@pytest.mark.parametrize(
    "text", ["", "Hello", "日本語のテキスト", '"quoted" \\ and "message_delta" and "error"', "\x00\x01"]
)
def test_estimate_is_at_least_a_quarter_of_the_characters(text: str) -> None:
    meter = stream_meter()
    meter.feed(stream("text")[0].split(b"event: content_block_delta")[0])
    for _ in range(5):
        meter.feed(DELTA + b'"text":' + json.dumps(text).encode() + b"}}\n\n")
    meter.finish()
    assert meter.usage_estimated
    assert meter.usage is not None
    escaped = len(json.dumps(text)) - 2
    assert max(1, len(text) * 5 / 4) <= meter.usage["output_tokens"] <= escaped * 5 / 4 + 1


pieces_of_text = st.lists(
    st.one_of(st.text(max_size=12), st.sampled_from(["", "a", "b c", '"', "\\", "}}", "\r", "\n\n"]))
)


@given(pieces_of_text, st.booleans())
def test_events_one_by_one_mean_what_their_bytes_mean(texts: list[str], escaped: bool) -> None:
    # One event a piece is how streams come, and has a way of its own through the meter.
    start = stream("text")[0].split(b"event: content_block_delta")[0]
    deltas = [DELTA + b'"text":' + json.dumps(one, ensure_ascii=escaped).encode("utf-8", "replace") for one in texts]
    events = [start, *(delta + b"}}\n\n" for delta in deltas)]
    assert feed(stream_meter(), events) == feed(stream_meter(), bytewise(b"".join(events)))


@pytest.mark.parametrize(
    "odd",
    [
        b'"text":"a"}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
        b'"text":"a","type":"error"}}\n\n',
        b'"text":"}}\n\n',
        b'"text":"a"}}\n',
        b'"text":"a',
        b'"text":"a"}}\r\n\r\n',
        b'"text":"a\\"}}\n\n',
    ],
)
def test_whatever_follows_ordinary_events_is_read_as_if_alone(odd: bytes) -> None:
    ordinary = DELTA + b'"text":"Hello"}}\n\n'
    start = stream("text")[0].split(b"event: content_block_delta")[0]
    events = [start, ordinary, ordinary, DELTA + odd, ordinary, ordinary]
    assert feed(stream_meter(), events) == feed(stream_meter(), bytewise(b"".join(events)))


def test_estimate_replaces_a_count_that_is_none() -> None:
    meter = stream_meter()
    meter.feed(b'data: {"type":"message_start","message":{"usage":{"output_tokens":"many"}}}\n\n')
    meter.feed(DELTA + b'"text":"12345"}}\n\n')
    meter.finish()
    assert meter.usage == {"output_tokens": 2}


def test_line_beyond_the_limit_is_skipped_and_the_next_one_read() -> None:
    data, expected = stream("text")
    head, tail = data.split(b"event: content_block_stop")
    endless = DELTA + b'"text":"' + b"x" * (LINE_LIMIT + 500_000)
    pieces = [head, *split_at(endless, range(0, len(endless), 100_000)), b'"}}\n\nevent: content_block_stop', tail]
    assert feed(stream_meter(), pieces) == expected


def test_deeply_nested_event_still_signals_by_its_type() -> None:
    meter = stream_meter()
    nested = b'data: {"type": "content_block_start", "x":' + b"[" * 50_000 + b"]" * 50_000 + b"}\n\n"
    assert meter.feed(nested) == Signal.FIRST_EVENT | Signal.FIRST_CONTENT


def test_unreadable_first_event_counts_as_an_event() -> None:
    assert stream_meter().feed(b"data: [DONE]\n\n") == Signal.FIRST_EVENT


def test_error_without_a_type_of_its_own() -> None:
    meter = stream_meter()
    assert meter.feed(b'data: {"error":{"type":"api_error","message":"no"}}\n\n') == Signal.FIRST_EVENT | Signal.ERROR
    assert (meter.error_type, meter.error_message, meter.error_first) == ("api_error", "no", True)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message_start"},
        {"type": "message_start", "message": []},
        {"type": "message_start", "message": {"id": 1, "model": None, "usage": "none"}},
        {"type": "message_delta"},
        {"type": "message_delta", "delta": 1, "usage": []},
        {"type": "error"},
        {"type": "error", "error": "overloaded"},
        {"type": ["message_stop"]},
    ],
    ids=json.dumps,
)
def test_wrong_shapes_find_nothing(event: dict[str, object]) -> None:
    meter = stream_meter()
    meter.feed(b"data: " + json.dumps(event).encode() + b"\n\n")
    meter.finish()
    assert (meter.usage, meter.model, meter.stop_reason, meter.error_type) == (None, None, None, None)


def test_usage_beyond_its_limit_is_not_kept() -> None:
    meter = stream_meter()
    huge = json.dumps({"type": "message_start", "message": {"usage": {"a": "x" * 100_000}}})
    meter.feed(b"data: " + huge.encode() + b"\n\n")
    assert meter.usage is None


def test_unknown_encoding_lets_nobody_wait() -> None:
    meter = stream_meter(b"compress")
    assert meter.feed(b"\x1f\x9d") == Signal.FIRST_EVENT | Signal.FIRST_CONTENT
    assert meter.feed(b"more") == Signal.NOTHING
    meter.finish()
    assert meter.usage is None


def test_broken_compression_keeps_what_was_read() -> None:
    deflating = zlib.compressobj(wbits=31)
    start = deflating.compress(stream("text")[0].split(b"event: content_block_start")[0])
    meter = stream_meter(b"gzip")
    assert meter.feed(start + deflating.flush(zlib.Z_SYNC_FLUSH)) == Signal.FIRST_EVENT
    assert meter.feed(b"\xff" * 50) == Signal.FIRST_CONTENT
    assert meter.feed(b"\xff" * 50) == Signal.NOTHING
    meter.finish()
    assert meter.model == "claude-opus-5-5"
    assert meter.usage_estimated


EVENTS = st.sampled_from([line + b"\n" for name in STREAMS for line in stream(name)[0].split(b"\n")])


@settings(deadline=None)
@given(
    pieces=st.lists(EVENTS | st.binary(max_size=60), max_size=30),
    encoding=st.sampled_from([b"", *COMPRESSIONS, b"deflate, zstd", b"nonsense"]),
)
def test_never_raises(pieces: list[bytes], encoding: bytes) -> None:
    meter = stream_meter(encoding)
    for piece in pieces:
        meter.feed(piece)
    meter.finish()
    assert "StreamMeter" in repr(meter)
