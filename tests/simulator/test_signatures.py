"""Signatures of thinking: what was written into them is read back, and nothing else is believed."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.signatures import bind, read_signature, sign


@given(st.text(), st.none() | st.text(min_size=1), st.text(), st.text())
def test_what_is_signed_is_read_back(thinking: str, organization: str | None, model: str, prefix: str) -> None:
    binding = bind(organization, model, prefix)
    signature = sign(thinking, binding)
    assert read_signature(signature, thinking) == binding
    assert signature.startswith("EqQB")
    assert read_signature(signature, thinking + "!") is None


@given(st.integers(min_value=0, max_value=166), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_makes_it_worthless(position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(sign("Let me see.", bind("acme", "claude-opus-5-5", "prefix"))))
    raw[position] ^= change
    assert read_signature(base64.b64encode(raw).decode(), "Let me see.") is None


@given(st.text())
def test_other_texts_are_none(text: str) -> None:
    assert read_signature(text, "") is None
