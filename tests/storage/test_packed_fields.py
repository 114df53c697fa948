from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.errors import StorageError
from claudeflare.storage.packed_fields import dictionary, pack_each, unpack

TYPICAL_ANSWER = [
    ("Content-Type", "application/json"),
    ("anthropic-ratelimit-requests-limit", "1000"),
    ("anthropic-ratelimit-requests-remaining", "999"),
    ("anthropic-ratelimit-requests-reset", "2026-11-22T21:00:01Z"),
    ("request-id", "req_011CTabcdefghijklmnopqrs"),
    ("cf-ray", "1234abcdef01234567-CDG"),
]

fields = st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))


@given(st.lists(fields, max_size=4))
def test_any_fields_come_back_in_order(many: list[list[tuple[str, str]]]) -> None:
    assert [unpack(data) for data in pack_each(many)] == many


def test_what_is_usual_takes_little() -> None:
    plain = sum(len(name) + len(value) for name, value in TYPICAL_ANSWER)
    assert len(pack_each([TYPICAL_ANSWER])[0]) < 0.6 * plain


def test_the_dictionary_stays_as_it_is() -> None:
    """What was packed with another cannot be read."""
    assert sha256(dictionary()).hexdigest() == "1e127a21a873036d822f1be9ab86c04ffe326d89a718634fbe095af1c6af7f31"


@pytest.mark.parametrize("data", [b"", b"no zstd", pack_each([[("a", "b")]])[0][:-2]])
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(StorageError, match="damaged"):
        unpack(data)
