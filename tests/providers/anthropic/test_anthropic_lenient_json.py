"""Anything that is not what was hoped for is None."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.lenient_json import json_object, text


@pytest.mark.parametrize("raw", [b"", b'""', b"1", b"null", b"{}", b'"open', b'"\\ud800"', b'"\xff"', b"[" * 99999])
def test_no_text(raw: bytes) -> None:
    assert text(raw) is None


def test_text_is_cut() -> None:
    assert text(b' "caf\\u00e9 \xe2\x80\x94" ') == "café —"
    assert text(b'"abcdef"', 3) == "abc"


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'{"a":1}       ', b"{", b'{"a":' + b"[" * 99999])
def test_no_object(raw: bytes) -> None:
    assert json_object(raw, 10) is None


def test_object() -> None:
    assert json_object(b'{"a":[1]}', 10) == {"a": [1]}


@settings(deadline=None)
@given(st.binary())
def test_never_raises(raw: bytes) -> None:
    text(raw)
    json_object(raw, 1000)
