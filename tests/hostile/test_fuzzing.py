"""Damaged hostile bytes, in any pieces: always the same reading, or the same refusal, and never trouble.

`make torture` tries fifty times as many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from corpus import CASES, CHUNKS, DISGUISES, HIDDEN, disguised
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_hostile_answers import BROKEN_OFF, CHUNKED, ENDED, EXTRA, JSON, UNUSABLE

from claudeflare.http1.request_parser import RequestHead
from gateway.answers import STREAM
from http1.wire_events import END, Event, cut, cut_places, read_requests, read_response
from providers.anthropic.captured_answers import COMPRESSIONS, STREAMS, feed, stream, stream_meter

MANY = settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
SHORT = 4096
REQUESTS = [case.raw for case in CASES.values()] + [disguised(line) for line in DISGUISES]
ANSWERS = [
    *(wire for wire in UNUSABLE.values() if len(wire) < SHORT),
    *(answer + extra for answer in ENDED.values() for extra in EXTRA.values()),
    *(JSON + CHUNKED + CHUNKS + wire for wire in BROKEN_OFF.values()),
]
SPECIAL = st.sampled_from([b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b"0", b"chunked", b"\xff", HIDDEN])


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the corpus with bytes put in, taken out or exchanged for others of the corpus."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(len(data), place + draw(st.integers(0, 6)))
        data = data[:place] + draw(SPECIAL | st.binary(max_size=4) | st.just(b"")) + data[end:]
    return data


def requests_in_pieces(data: bytes, places: list[int]) -> None:
    whole = read_requests([data])
    assert read_requests(cut(data, places)) == whole
    for event in whole:
        if isinstance(event, RequestHead):
            # What goes on upstream has one framing, and no line of it can end early.
            assert not (event.chunked and event.content_length is not None)
            assert not any(set(name + value) & set(b"\r\n\0") for name, value in event.fields)
            assert not set(event.target) & set(b"\r\n\0 #")


def answers_in_pieces(data: bytes, places: list[int]) -> None:
    assert answer(cut(data, places)) == answer([data])


def answer(pieces: list[bytes]) -> list[Event]:
    """The answer alone: whether its connection is used again may depend on when an empty line behind it came."""
    events = read_response(pieces, ended=True)
    return events[: events.index(END) + 1] if END in events else events


def metered_in_pieces(data: bytes, places: list[int]) -> None:
    assert metered(cut(data, places)) == metered([data])


def metered(pieces: list[bytes]) -> dict[str, Any]:
    """What was found; an estimate of a stream that breaks off is one, and counts damaged events as they come."""
    found = feed(stream_meter(), pieces)
    if found["usage_estimated"]:
        del found["usage"]["output_tokens"]
    return found


def inflated_in_pieces(data: bytes, places: list[int]) -> None:
    for encoding in COMPRESSIONS:
        feed(stream_meter(encoding), cut(COMPRESSIONS[encoding](STREAM)[:-9] + data, places))


def streams() -> list[bytes]:
    return [stream(name)[0] for name in STREAMS]


TARGETS: dict[str, tuple[Callable[[bytes, list[int]], None], list[bytes]]] = {
    "requests": (requests_in_pieces, REQUESTS),
    "answers": (answers_in_pieces, ANSWERS),
    "streams": (metered_in_pieces, streams()),
    "compressed streams": (inflated_in_pieces, streams()),
}


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data(), places=cut_places)
def test_pieces_make_no_difference(target: str, data: Any, places: list[int]) -> None:
    check, seeds = TARGETS[target]
    check(data.draw(damaged(seeds)), places)


@pytest.mark.torture
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("target", TARGETS)
@MANY
@given(data=st.data(), places=cut_places)
def test_pieces_make_no_difference_however_long_one_tries(target: str, data: Any, places: list[int]) -> None:
    check, seeds = TARGETS[target]
    check(data.draw(damaged(seeds)), places)
