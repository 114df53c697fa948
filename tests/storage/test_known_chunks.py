from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.storage.content_chunks import LEAST_BYTES, cut
from claudeflare.storage.known_chunks import Chunk, KnownChunks
from harness.conversation_bodies import turns, words

TEXT = words(random.Random(4), 40_000).encode()


def joined(chunks: list[Chunk]) -> bytes:
    return b"".join(chunk.piece for chunk in chunks)


def test_the_first_time_a_body_is_cut_where_its_content_says_so() -> None:
    assert [chunk.piece for chunk in KnownChunks().cut(TEXT)] == cut(TEXT)
    assert KnownChunks().cut(b"") == []


def test_the_same_again_is_the_same_chunks() -> None:
    known = KnownChunks()
    first = known.cut(TEXT)
    assert all(one is other for one, other in zip(first, known.cut(TEXT), strict=True))
    known.clear()
    assert not {*map(id, first)} & {*map(id, known.cut(TEXT))}


def test_a_turn_of_a_conversation_makes_few_chunks() -> None:
    known = KnownChunks()
    seen: set[bytes] = set()
    for number, (body, _) in enumerate(turns(40)):
        chunks = known.cut(body)
        assert joined(chunks) == body
        new = {chunk.digest for chunk in chunks} - seen
        assert number == 0 or len(new) < 25
        seen |= new


def test_conversations_that_begin_and_end_alike_are_told_apart() -> None:
    known = KnownChunks()
    bodies = [TEXT[:100] + b"%03d" % number + TEXT[100:3000] + b"%03d" % number for number in range(20)]
    first = [known.cut(body) for body in bodies]
    assert [known.cut(body) for body in bodies] == first  # compared by identity


def test_pieces_are_found_by_their_digest_where_another_begins_alike() -> None:
    known = KnownChunks()
    same = bytes(LEAST_BYTES)
    one, other = (same + words(random.Random(seed), 20_000).encode() for seed in (1, 2))
    first = known.cut(one)
    known.cut(other)
    assert known.cut(one)[0] is first[0]


def test_a_piece_that_reads_like_a_digest_is_not_taken_for_its_chunk() -> None:
    known = KnownChunks()
    chunks = known.cut(TEXT)
    assert joined(known.cut(chunks[0].digest)) == chunks[0].digest
    assert joined(known.cut(TEXT)) == TEXT


def test_what_is_not_met_for_long_is_forgotten() -> None:
    known = KnownChunks(200_000)
    often, seldom = known.cut(TEXT[:10_000]), known.cut(TEXT[10_000:20_000])
    for seed in range(20):
        known.cut(words(random.Random(seed), 20_000).encode())
        assert all(one is other for one, other in zip(often, known.cut(TEXT[:10_000]), strict=True))
    assert not {*map(id, seldom)} & {*map(id, known.cut(TEXT[10_000:20_000]))}


pieces = st.sampled_from([TEXT[:700], TEXT[500:3000], TEXT[3000:9000], bytes(2000), b"{", b""]) | st.binary(max_size=40)
bodies = st.lists(pieces, max_size=6).map(b"".join)


@given(st.lists(bodies, max_size=12))
def test_whatever_was_cut_before_the_pieces_are_the_body(given_bodies: list[bytes]) -> None:
    known = KnownChunks(20_000)
    for body in given_bodies:
        chunks = known.cut(body)
        assert joined(chunks) == body
        assert all(chunk.piece for chunk in chunks)
