"""JSON that breaks off: whatever its length, what is whole of it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.partial_json import Read, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_whole_is_read_as_it_is(value: Any) -> None:
    assert read_json(json.dumps(value)) == Read(value, True)


@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1), st.data())
def test_any_beginning_of_an_object_is_one(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    read = read_json(text[: data.draw(st.integers(1, len(text) - 1))])
    assert read is not None
    assert not read.whole
    assert read.value.keys() <= {*value, *(key for key in read.value)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"path": "a", "text": "half of', {"path": "a", "text": "half of"}),
        ('{"a": [1, 2', {"a": [1, 2]}),
        ('{"a": [1, 2.', {"a": [1]}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1, "b": ', {"a": 1}),
        ('{"a": tr', {}),
        ('{"a": "x\\', {"a": "x"}),
        ('{"a": "x\\u00', {"a": "x"}),
        ('["\\u00e9", {"x": {', ["é", {"x": {}}]),
        ("[", []),
    ],
)
def test_what_is_complete_is_kept(text: str, value: Any) -> None:
    assert read_json(text) == Read(value, False)


@pytest.mark.parametrize("text", ["", "no json", "}", '{"a" 1}'])
def test_what_makes_no_sense_is_nothing(text: str) -> None:
    assert read_json(text) is None


def test_nesting_without_end_is_no_error() -> None:
    assert read_json("[" * 100_000) is None


def test_long_texts_are_read_in_time() -> None:
    read = read_json('{"data": "' + "\\n" * 1_000_000)
    assert read is not None
    assert len(read.value["data"]) == 1_000_000
