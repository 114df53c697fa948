"""The next sound frame is found behind any damage, and nothing else is taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.journal.frames import KINDS, MARKER, encode
from claudeflare.journal.records import Finished
from claudeflare.journal.resync import next_frame
from harness.journal_frames import finished, opened

FRAME = encode(finished("a"))
DECEPTIVE = st.lists(st.sampled_from([MARKER, KINDS[Finished], 0, 1, 0xFF]), max_size=60).map(bytes)
"""Much of it begins like a frame."""


@given(st.binary(max_size=200) | DECEPTIVE)
def test_the_next_frame_is_found_behind_any_bytes(garbage: bytes) -> None:
    data = b"\x00" + garbage + FRAME + encode(opened("b"))
    assert next_frame(data, 0) == 1 + len(garbage)


@given(DECEPTIVE)
def test_where_there_is_none_nothing_is_found(garbage: bytes) -> None:
    assert next_frame(garbage, 0) is None
    assert next_frame(garbage + FRAME[:-1], 0) is None


def test_the_damaged_frame_itself_is_not_looked_at() -> None:
    assert next_frame(FRAME + FRAME, 0) == len(FRAME)
    assert next_frame(FRAME, 0) is None
