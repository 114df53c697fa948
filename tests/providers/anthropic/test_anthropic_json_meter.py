"""Whole answers: messages, errors and the rest, in pieces and compressed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.json_meter import BODY_LIMIT, JsonMeter
from claudeflare.providers.provider import Signal
from providers.anthropic.captured_answers import (
    ANSWERS,
    COMPRESSIONS,
    answer,
    bytewise,
    feed,
    json_meter,
    split_at,
)


@pytest.mark.parametrize("name", ANSWERS)
def test_whole_and_byte_by_byte(name: str) -> None:
    data, expected = answer(name)
    assert feed(json_meter(), [data]) == expected
    assert feed(json_meter(), bytewise(data)) == expected


@settings(deadline=None)
@given(data=st.data(), name=st.sampled_from(ANSWERS), encoding=st.sampled_from(list(COMPRESSIONS)))
def test_any_chunking_compressed(data: st.DataObject, name: str, encoding: bytes) -> None:
    body, expected = answer(name)
    body = COMPRESSIONS[encoding](body)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=20))
    assert feed(json_meter(encoding), split_at(body, cuts)) == expected


def test_first_content_is_the_first_byte() -> None:
    meter = json_meter()
    assert meter.feed(b"") == Signal.NOTHING
    assert meter.feed(b"{") == Signal.FIRST_CONTENT
    assert meter.feed(b"}") == Signal.NOTHING


def test_document_beyond_the_limit_is_not_metered() -> None:
    body, _ = answer("text")
    meter = json_meter()
    padding = b" " * (BODY_LIMIT - len(body) + 1)
    feed(meter, [body, padding])
    assert meter.usage is None
    feed(exact := json_meter(), [body, padding[:-1]])
    assert exact.usage is not None


def test_without_a_limit_to_keep_nothing_is_read() -> None:
    body, expected = answer("text")
    meter = JsonMeter(limit=0)
    assert feed(meter, [body])["signals"] == expected["signals"]
    assert meter.usage is None


def test_unknown_encoding_is_passed_over() -> None:
    meter = json_meter(b"compress")
    assert feed(meter, [b"\x1f\x9d"])["signals"] == ["FIRST_CONTENT"]


def test_error_that_is_no_object() -> None:
    meter = json_meter()
    feed(meter, [b'{"error":"invalid_grant"}'])
    assert (meter.error_type, meter.error_message) == (None, None)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=100), max_size=10), st.sampled_from([b"", *COMPRESSIONS]))
def test_never_raises(pieces: list[bytes], encoding: bytes) -> None:
    meter = json_meter(encoding)
    for piece in pieces:
        meter.feed(piece)
    meter.finish()
    assert meter.usage is None
