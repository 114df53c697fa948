"""Rows of a text of any length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from claudeflare.presentation.wrapped_text import WrappedText, json_tokens


def rows(text: str, width: int) -> list[str]:
    wrapped = WrappedText(text, width)
    return [line[start:end] for line, start, end in map(wrapped.at, range(len(wrapped)))]


def test_lines_are_wrapped_and_empty_ones_stay() -> None:
    assert rows("abcdef\n\ng\tx\r\n", 4) == ["abcd", "ef", "", "g   ", "x", ""]
    assert WrappedText("abcdef\n\ng", 4).row_of_line(1) == 2
    assert WrappedText("a", 4).row_of_line(7) == 0


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n日本é"), max_size=60),
    st.integers(2, 12),
)
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    found = rows(text, width)
    assert "".join(found) == text.replace("\n", "")
    assert all(cell_len(row) <= width for row in found)


def test_a_line_of_megabytes_is_read_at_any_place_at_once() -> None:
    wrapped = WrappedText("a" * 5_000_000 + "\n" + "日" * 5_000, 100)
    assert len(wrapped) == 50_000 + 100
    assert wrapped.at(49_999)[1:] == (4_999_900, 5_000_000)
    assert wrapped.at(50_099)[1:] == (4_950, 5_000)


def test_json_is_told_apart() -> None:
    line = '  "a\\"b": [true, -1.5e3, "x: 1", null]'
    found = [(line[start:end], kind) for start, end, kind in json_tokens(line, 0, len(line))]
    assert found == [
        ('"a\\"b"', "key"),
        ("true", "word"),
        ("-1.5e3", "number"),
        ('"x: 1"', "text"),
        ("null", "word"),
    ]
    assert json_tokens(line, 4, 6) == [(4, 6, "key")]
    assert json_tokens(line, len(line) - 1, len(line)) == []
