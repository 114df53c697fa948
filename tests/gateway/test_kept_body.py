from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.gateway.kept_body import FIRST_BYTES, PIECE_BYTES, KeptBody


class Room:
    """So many bytes for everybody, and a limit for each."""

    def __init__(self, limit: int = 1 << 20, size: int = 1 << 30) -> None:
        self.limit = limit
        self.size = size
        self.taken = 0
        self.lost = 0

    def reserve(self, size: int) -> bool:
        if self.taken + size > self.size:
            return False
        self.taken += size
        return True

    def give_back(self, size: int) -> None:
        self.taken -= size

    def lose(self) -> None:
        self.lost += 1


@given(
    st.lists(st.binary(min_size=1, max_size=50), max_size=60), st.integers(min_value=1, max_value=900), st.booleans()
)
def test_the_beginning_is_kept_in_whatever_pieces_it_comes(pieces: list[bytes], limit: int, ample: bool) -> None:
    room = Room(limit, size=1 << 30 if ample else 1500)
    kept = KeptBody(room)
    for piece in pieces:
        kept.add(piece)
        assert 0 <= room.taken <= room.size
    kept.close()
    body = b"".join(kept.pieces)
    assert room.taken == kept.reserved == len(body) + PIECE_BYTES * len(kept.pieces)
    if kept.lost:
        assert not ample
        assert (room.lost, body) == (1, b"")
    else:
        assert (room.lost, body) == (0, b"".join(pieces)[:limit])


def test_pieces_are_kept_by_reference() -> None:
    kept = KeptBody(Room())
    pieces = [bytes([number]) * 5000 for number in range(20)]
    for piece in pieces:
        kept.add(piece)
    assert all(one is other for one, other in zip(kept.pieces, pieces, strict=True))


@pytest.mark.parametrize("size", [FIRST_BYTES - 1, FIRST_BYTES, FIRST_BYTES + 1])
def test_a_body_of_exactly_the_limit_is_whole(size: int) -> None:
    kept = KeptBody(Room(limit=FIRST_BYTES))
    kept.add(bytes(size))
    kept.add(b"x")
    assert sum(map(len, kept.pieces)) == FIRST_BYTES


def test_room_is_taken_up_in_few_steps() -> None:
    class Counting(Room):
        steps = 0

        def reserve(self, size: int) -> bool:
            self.steps += 1
            return super().reserve(size)

    room = Counting()
    kept = KeptBody(room)
    for _ in range(10_000):
        kept.add(bytes(80))
    assert room.steps <= 12
    kept.close()
    assert room.taken == 10_000 * (80 + PIECE_BYTES)


def test_without_room_nothing_is_kept_and_nothing_more_is_taken() -> None:
    room = Room(size=FIRST_BYTES + PIECE_BYTES)
    kept = KeptBody(room)
    kept.add(bytes(FIRST_BYTES))
    kept.add(b"too much")
    assert repr(kept) == "<KeptBody of 0 pieces, lost>"
    kept.add(b"more")
    kept.close()
    assert (kept.pieces, kept.reserved, room.taken, room.lost) == ([], 0, 0, 1)


def test_what_comes_after_the_end_is_not_kept() -> None:
    room = Room()
    kept = KeptBody(room)
    kept.add(b"a")
    kept.close()
    kept.add(b"b")
    assert kept.pieces == [b"a"]
    assert room.taken == kept.reserved
