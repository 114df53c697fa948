"""Lines out of bytes: chunk borders, the three line ends, and the limit."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.sse import LINE_LIMIT, CompleteLines, data_values


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab\r\n", max_size=8)))
def test_any_chunking_gives_the_lines_of_the_whole(pieces: list[str]) -> None:
    lines = CompleteLines()
    got = b"".join(lines.feed(piece.encode()) for piece in pieces) + lines.finish()
    expected = re.sub("\r\n|\r", "\n", "".join(pieces)).encode()
    assert got == expected + (b"" if not expected or expected.endswith(b"\n") else b"\n")


def test_cr_ends_a_line_at_once_and_the_lf_behind_it_is_not_another() -> None:
    lines = CompleteLines()
    assert lines.feed(b"data: a\r") == b"data: a\n"
    assert lines.feed(b"\n") == b""
    assert lines.feed(b"\n") == b"\n"
    assert lines.feed(b"b\rc") == b"b\n"
    assert lines.feed(b"\n") == b"c\n"


def test_state_is_bounded_and_the_cut_line_never_joins_its_far_end() -> None:
    lines = CompleteLines()
    for _ in range(3):
        assert lines.feed(b"x" * (LINE_LIMIT // 2)) == b""
    assert lines.feed(b"far end\nnext\nopen") == b"x" * LINE_LIMIT + b"\nnext\n"
    assert lines.feed(b"ed\n") == b"opened\n"
    assert lines.finish() == b""


def test_data_values_pass_over_all_else() -> None:
    lines = b": data: comment\nevent: data\ndata:1\ndata: 2\ndatum: 3\ndata\n\nid: 4\n"
    assert list(data_values(lines)) == [b"1", b" 2"]
