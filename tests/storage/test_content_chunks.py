from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.storage.content_chunks import LEAST_BYTES, MOST_BYTES, cut
from harness.conversation_bodies import turns, words

SOURCE = random.Random(1)
KINDS = {
    "words": words(SOURCE, 300_000).encode(),
    "noise": SOURCE.randbytes(300_000),
    "one letter": b"a" * 300_000,
    "events": b"".join(answer for _, answer in turns(20)),
    "chinese": "".join(chr(SOURCE.randrange(0x4E00, 0x9FFF)) for _ in range(100_000)).encode(),
}


@given(st.binary(max_size=40_000))
def test_the_pieces_are_the_body(body: bytes) -> None:
    assert b"".join(cut(body)) == body


@pytest.mark.parametrize("kind", KINDS)
def test_all_but_the_last_are_of_the_allowed_size(kind: str) -> None:
    pieces = cut(KINDS[kind])
    assert b"".join(pieces) == KINDS[kind]
    assert all(LEAST_BYTES <= len(piece) <= MOST_BYTES for piece in pieces[:-1])
    assert 0 < len(pieces[-1]) <= MOST_BYTES


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "one letter"])
def test_pieces_are_small_on_average(kind: str) -> None:
    assert LEAST_BYTES < len(KINDS[kind]) / len(cut(KINDS[kind])) < 4 * LEAST_BYTES


def test_nothing_is_no_piece() -> None:
    assert cut(b"") == []
    assert cut(b"x") == [b"x"]


@given(
    kind=st.sampled_from(["words", "noise", "chinese"]),
    at=st.integers(0, 300_000),
    inserted=st.binary(max_size=3000),
    left_out=st.integers(0, 3000),
)
def test_an_edit_changes_only_pieces_near_it(kind: str, at: int, inserted: bytes, left_out: int) -> None:
    body = KINDS[kind]
    edited = body[:at] + inserted + body[at + left_out :]
    old = set(cut(body))
    changed = sum(len(piece) for piece in cut(edited) if piece not in old)
    # What was inserted, and some pieces until both are cut at the same place again.
    assert changed <= len(inserted) + 2 * MOST_BYTES
